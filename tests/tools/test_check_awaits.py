import pytest

BAD = {
    "condition": [
        "Async<void> f() { if (co_await ok()) x(); }",
        "Async<void> f() { if (auto r = co_await ok(); r) x(); }",
        "Async<void> f() { while (!co_await done()) x(); }",
        "Async<void> f() { switch (co_await kind()) { case 1: break; } }",
        "Async<void> f() { for (auto& x : co_await all()) y(x); }",
        "Async<void> f() { x(); if constexpr (true) { if (a && co_await ok()) x(); } }",
        "Async<void> f() { if (a) x(); else if (co_await ok()) y(); }",
        "Async<void> f() { do x(); while (co_await more()); }",
    ],
    "ternary": [
        "Async<int> f() { co_return c ? co_await a() : 0; }",
        "Async<void> f() { auto x = co_await g(c ? a : b); }",
        "Async<void> f() { CO_TRY(auto x, co_await g(c ? a : b)); }",
    ],
    "braced": [
        "Async<void> f() { co_await g(Options{1, 2}); }",
        "Async<void> f() { co_await g({1, 2}); }",
        "Async<void> f() { Aggregate x{co_await a(), 1}; }",
        "Async<void> f() { co_await g(std::vector<int>{1}); }",
        "Async<void> f() { co_return Pair{co_await a()}; }",
    ],
    "lambda": [
        "Async<void> f() { co_await g([this] { x(); }); }",
        "Async<void> f() { co_await g([=]() mutable { x(); }); }",
        "Async<void> f() { co_await g([&x](int a) -> int { return x; }); }",
        "Async<void> f() { co_await [x]() -> Async<void> { co_return; }(); }",
    ],
    "catch": [
        "Async<void> f() { try { x(); } catch (const E& e) { co_await log(e); } }",
        "Async<void> f() { try { x(); } catch (...) { if (a) { co_await log(); } } }",
    ],
    "structured": [
        "Async<void> f() { auto [a, b] = co_await g(); }",
        "Async<void> f() { auto& [a, b] = co_await g(); }",
        "Async<void> f() { const auto [a, b] = co_await g(); }",
    ],
    "two co_await": [
        "auto f() -> Async<void> { g(co_await a(), co_await b()); }",
        "Async<void> f() { g(co_await a(), co_await b()); }",
        "Async<void> f() { co_await g(co_await a()); }",
        "Async<void> f() { auto x = co_await a() + co_await b(); }",
        "auto w = [](int x) -> Async<void> { g(co_await a(x), co_await b(x)); };",
    ],
}

GOOD = [
    "Async<void> f() { bool known = co_await ok(); if (known) x(); }",
    "Async<void> f() { if (known) co_await x(); else co_await y(); }",
    "Async<void> f() { for (int i = 0; i < 3; ++i) co_await x(i); }",
    "Async<int> f() { int x = c ? 1 : 2; co_return co_await g(x); }",
    "Async<void> f() { auto options = Options{1, 2}; co_await g(std::move(options)); }",
    "Async<void> f() { auto work = [this]() -> Async<int> { co_return co_await x(); }; co_await spawn(work); }",
    "Async<void> f() { auto work = [this] { return a ? b : c{1}; }; co_await off_loop(pool, work); }",
    "Async<void> f() { try { co_await x(); } catch (const E& e) { note(e); } co_await y(); }",
    "Async<void> f() { auto r = co_await g(); auto& [a, b] = r; }",
    "Async<void> f() { CO_TRY(auto file, co_await files_.open(key)); CO_CHECK(co_await g()); }",
    "Async<void> f() { co_await g([](int x) { return x; }); }",
    "Async<void> f() { auto first = co_await (a() || b()); x[i] = co_await c(); }",
    'Async<void> f() { x("co_await ? {"); /* co_await a() ? b : c */ co_await y("if (co_await z()) {"); }',
    "Async<void> f() { while (true) { co_await x(); if (done) break; } }",
    "class A { public: Async<void> f() { co_await g(); } int x{3}; };",
    "Loop::Loop(int a) : a_{a}, b_(a) { start(); } Async<void> f() { co_await g(); }",
    "#define GO(x) if (co_await x) \\\n  { y(); }\nAsync<void> f() { co_await g(); }",
    "Async<void> f() { spawn(loop, [&](std::exception_ptr e) { if (e) throw 1; }); co_await g(); }",
    "Async<void> f() { char c = '\"'; co_await g(1'000'000); }",
]


@pytest.mark.parametrize("kind, snippet", [(kind, snippet) for kind, snippets in BAD.items() for snippet in snippets])
def test_a_trap_is_found(tool, kind, snippet):
    found = tool("check_awaits").problems_of(snippet)
    assert [what for _, what in found if kind in what], found


@pytest.mark.parametrize("snippet", GOOD)
def test_good_code_is_left_alone(tool, snippet):
    assert tool("check_awaits").problems_of(snippet) == []


def test_the_line_is_named(tool):
    found = tool("check_awaits").problems_of('/* two\nlines */\nAsync<void> f() {\n  x(R"(raw\n)");\n  if (co_await ok())\n    y();\n}\n')
    assert [line for line, _ in found] == [6]
