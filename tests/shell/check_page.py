"""Checks a report's pages: python3 check_page.py DIR

Well-formed, every link and picture resolves inside the folder, nothing from elsewhere, no
script but that in plots/page.js, alternative texts, SVG that parses, and every number reads as what its element
carries.  Prints one line a page; complaints go to standard error and end with status 1.
"""
import math
import os
import re
import sys
import xml.etree.ElementTree
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
        "track", "wbr"}
PREFIX = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "%": 0.01,
          "s": 1, "B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
# What may not stand inside a paragraph, because the browser would end it.
BLOCKS = {"div", "dl", "figure", "h1", "h2", "h3", "p", "pre", "section", "table", "ul"}


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.path, self.folder = path, os.path.dirname(path)
        self.open, self.ids, self.links, self.errors = [], set(), [], []
        self.number, self.numbers, self.pictures = None, 0, 0
        self.script = None
        self.feed(open(path, encoding="utf-8").read())
        self.close()
        if self.open:
            self.complain("not closed: " + " ".join(self.open))

    def complain(self, text):
        line, _ = self.getpos()
        self.errors.append(f"{self.path}:{line}: {text}")

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        if len(names) != len(set(names)):
            self.complain(f"an attribute of <{tag}> stands twice")
        a = dict(attributes)
        if any(name.startswith("on") for name in names) or (tag == "script" and names):
            self.complain("a script of its own")
        if tag == "script":
            self.script = ""
        if tag in BLOCKS and "p" in self.open:
            self.complain(f"<{tag}> in a paragraph")
        if "id" in a:
            if a["id"] in self.ids:
                self.complain(f"id '{a['id']}' stands twice")
            self.ids.add(a["id"])
        if tag == "img":
            self.pictures += 1
            if len(a.get("alt", "")) < 20:
                self.complain(f"no alternative text worth the name: {a}")
        for name in ("href", "src", "srcset"):
            if name in a:
                self.links.append((self.getpos()[0], a[name]))
        if tag == "data":
            self.number = [a["value"], ""]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.complain(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")
        else:
            self.open.pop()
        if tag == "data":
            self.check_number(*self.number)
            self.number = None
        if tag == "script":
            own = open(os.path.join(self.folder, "plots", "page.js"), encoding="utf-8").read()
            if self.script.strip() != own.strip():
                self.complain("a script that is not plots/page.js")
            self.script = None

    def handle_data(self, data):
        if self.script is not None:
            self.script += data
        if self.number is not None:
            self.number[1] += data

    def check_number(self, value, text):
        self.numbers += 1
        value = float(value)
        plain = text.replace("\u2212", "-").replace("\u00a0", " ").replace("\u221e", "inf")
        # "< 0.01 %" and "> -0.01 %" stand for what is nearer to 0.
        bound = re.fullmatch(r"(<|> -) ?(0\.01) %", plain)
        if bound:
            if not 0 < value * (1 if bound.group(1) == "<" else -1) < 0.0001:
                self.complain(f"'{text}' stands for {value}")
            return None
        if plain == "> 99.9 %":
            if not 0.999 < value < 1:
                self.complain(f"'{text}' stands for {value}")
            return None
        match = re.fullmatch(r"(-?(?:inf|[0-9.]+)(?:e[-+][0-9]+)?)(?: ([kMGTPE%s]|[KMGT]?i?B))?", plain)
        if not match:
            return self.complain(f"'{text}' is no number")
        digits, unit = match.group(1), match.group(2) or ""
        scale = PREFIX[unit]
        if math.isinf(value):
            ok = float(digits) == value
        else:
            # Half a unit of the last place that is shown.
            places = len(digits.split("e")[0].partition(".")[2])
            power = int(digits.partition("e")[2] or 0)
            ok = abs(float(digits) * scale - value) <= 0.5001 * 10 ** (power - places) * scale
        if not ok:
            self.complain(f"'{text}' stands for {value}")

    def check_links(self):
        for line, link in self.links:
            parts = urlsplit(link)
            where = f"{self.path}:{line}: '{link}'"
            if parts.scheme or parts.netloc or link.startswith("/") or ".." in link:
                self.errors.append(where + " leads out of the folder")
            elif parts.path:
                target = os.path.join(self.folder, unquote(parts.path))
                if not os.path.isfile(target):
                    self.errors.append(where + " is not there")
                elif parts.fragment and f'id="{parts.fragment}"' not in open(
                        target, encoding="utf-8").read():
                    self.errors.append(where + " has no target")
                elif target.endswith(".svg"):
                    check_svg(target, self.errors)
            elif parts.fragment not in self.ids:
                self.errors.append(where + " has no target")


def check_svg(path, errors):
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except xml.etree.ElementTree.ParseError as error:
        errors.append(f"{path}: {error}")
        return
    if not root.tag.endswith("}svg") or "viewBox" not in root.attrib:
        errors.append(f"{path}: no svg with a viewBox")


errors = []
for name in sorted(os.listdir(sys.argv[1])):
    if name.endswith(".html"):
        page = Page(os.path.join(sys.argv[1], name))
        page.check_links()
        errors += page.errors
        if "url(" in open(page.path, encoding="utf-8").read():
            errors.append(f"{page.path}: a style sheet loads something")
        print(f"{name}: {page.numbers} numbers, {page.pictures} pictures, "
              f"{len(page.links)} links")
for error in errors:
    print(error, file=sys.stderr)
sys.exit(1 if errors else 0)
