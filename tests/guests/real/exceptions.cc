// C++: exceptions through frames with destructors, containers, streams, virtual calls.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

struct guard {
    std::string name;
    explicit guard(std::string n) : name(std::move(n)) {}
    ~guard() { std::cout << "leaving " << name << '\n'; }
};

struct shape {
    virtual ~shape() = default;
    virtual double area() const = 0;
};
struct square : shape {
    double a;
    explicit square(double v) : a(v) {}
    double area() const override { return a * a; }
};
struct disc : shape {
    double r;
    explicit disc(double v) : r(v) {}
    double area() const override { return 3 * r * r; }
};

static int deep(int n)
{
    guard g("level " + std::to_string(n));
    if (n == 0)
        throw std::out_of_range("the bottom");
    return deep(n - 1) + 1;
}

int main()
{
    try {
        deep(4);
    } catch (const std::runtime_error &) {
        std::cout << "the wrong one\n";
    } catch (const std::logic_error &e) {
        std::cout << "caught: " << e.what() << '\n';
    }
    try {
        try {
            throw 42;
        } catch (int i) {
            std::cout << i << '\n';
            throw;
        }
    } catch (...) {
        std::cout << "once more\n";
    }
    std::map<std::string, int> count;
    std::istringstream words("a b c a b a the quick brown fox the end");
    for (std::string w; words >> w;)
        count[w]++;
    for (const auto &[word, n] : count)
        std::cout << word << ' ' << n << '\n';
    std::vector<std::unique_ptr<shape>> shapes;
    for (int i = 1; i < 6; i++)
        if (i % 2)
            shapes.push_back(std::make_unique<square>(i));
        else
            shapes.push_back(std::make_unique<disc>(i));
    std::sort(shapes.begin(), shapes.end(),
              [](const auto &x, const auto &y) { return x->area() > y->area(); });
    for (const auto &s : shapes)
        std::cout << s->area() << (dynamic_cast<square *>(s.get()) ? " square\n" : " disc\n");
    std::vector<long> v(1000);
    std::iota(v.begin(), v.end(), 1);
    std::cout << std::accumulate(v.begin(), v.end(), 0L) << '\n';
    try {
        std::vector<int>().at(3);
    } catch (const std::exception &e) {
        std::cout << e.what() << '\n';
    }
    return 5;
}
