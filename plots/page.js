/* Tables that are wider than their place show on which side there is more. */
document.querySelectorAll(".wide").forEach(function (box) {
    function mark() {
        var rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
        box.classList.toggle("more-right", rest > 2);
        box.classList.toggle("more-left", box.scrollLeft > 2);
    }
    box.addEventListener("scroll", mark, { passive: true });
    window.addEventListener("resize", mark);
    /* A table in closed details has no width until it is shown. */
    var details = box.closest("details");
    if (details) { details.addEventListener("toggle", mark); }
    mark();
});
/* Tables are sorted by a click on a heading, by the full value of numbers. */
document.querySelectorAll("thead th").forEach(function (head) {
    head.tabIndex = 0;
    head.title = "sort by this column";
    function key(row) {
        var cell = row.cells[head.cellIndex], number = cell.querySelector("data");
        return number ? Number(number.value) : cell.textContent.trim();
    }
    function sort() {
        var up = head.getAttribute("aria-sort") !== "ascending";
        var body = head.closest("table").tBodies[0], rows = Array.from(body.rows);
        head.parentNode.querySelectorAll("[aria-sort]").forEach(function (other) {
            other.removeAttribute("aria-sort");
        });
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        rows.sort(function (a, b) {
            var x = key(a), y = key(b), both = typeof x === typeof y;
            /* What has no number stands last either way. */
            if (!both) { return typeof x === "number" ? -1 : 1; }
            return (x < y ? -1 : x > y ? 1 : 0) * (up ? 1 : -1);
        });
        rows.forEach(function (row) { body.appendChild(row); });
    }
    head.addEventListener("click", sort);
    head.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(); }
    });
});
