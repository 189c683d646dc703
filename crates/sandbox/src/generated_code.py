"""Runs code that a model wrote, and then its tests. Both are a module of the name `solution`, so that what stands below `if __name__ == "__main__"` rests."""

import ast
import json
import linecache
import sys
import traceback
import types

code, tests, mark = (part.lstrip("\ufeff") for part in json.loads(sys.stdin.buffer.read()))
# the code may put another in its place
stdout = sys.stdout
LIBRARIES = ("unittest", "doctest")
GENERATOR, ASYNC_GENERATOR, COROUTINE = 0x20, 0x200, 0x80
NO_FIXTURES = "takes arguments, and there are no fixtures; call it behind its definition"
NOTHING = "the tests define things and execute none of them; write statements that raise an error where the code is wrong"

executed = 0
skipped = []
failures = []
# tests of unittest that somebody has run, as (class, name)
ran = set()
# classes that the code brought along
brought = set()


def known(text, name):
    """Tracebacks quote it."""
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    return compile(text, name, "exec", dont_inherit=True)


def untested(why):
    # behind whatever the code has printed last
    print("\n" + mark, "untested", " ".join(why.split()), file=stdout, flush=True)
    sys.exit()


def names_in(statements):
    return {part.id for statement in statements for part in ast.walk(statement) if isinstance(part, ast.Name)}


def calls_something(node):
    """Whether it calls or awaits; the inside of a function that it defines is not executed."""
    if isinstance(node, (ast.Call, ast.Await)):
        return True
    return not isinstance(node, ast.Lambda) and any(map(calls_something, ast.iter_child_nodes(node)))


def does_something(statement):
    """Whether a statement of the tests may tell right from wrong: one that defines, imports or says something does not."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass)):
        return False
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return calls_something(statement)
    if isinstance(statement, ast.If):
        # below `if __name__ == "__main__"`
        return "__name__" not in names_in([statement.test])
    return True


def of_libraries(body):
    """Names that stand for test libraries and for what is made with them: statements about those test as much as the libraries execute."""
    names = set()
    for part in body:
        if isinstance(part, ast.Import):
            names |= {(one.asname or one.name).split(".")[0] for one in part.names if one.name.split(".")[0] in LIBRARIES}
        elif isinstance(part, ast.ImportFrom) and (part.module or "").split(".")[0] in LIBRARIES:
            names |= {one.asname or one.name for one in part.names}
        elif isinstance(part, (ast.Assign, ast.AnnAssign)) and names_in([part]) & names:
            names |= names_in(part.targets if isinstance(part, ast.Assign) else [part.target])
    return names


def asserts(statement):
    """Whether it asserts by itself what a library knows how to, as `unittest.TestCase().assertEqual(...)`."""
    return any(isinstance(part, ast.Attribute) and part.attr.startswith("assert") for part in ast.walk(statement))


def watch_unittest():
    """Counts what is run, by whomever, and keeps what failed."""
    import unittest

    run_case, begin, run_all = unittest.TestCase.run, unittest.TestProgram.__init__, unittest.TestProgram.runTests

    def run_one(case, result=None):
        result = case.defaultTestResult() if result is None else result
        found = lambda: {kind: list(getattr(result, kind, ())) for kind in ("errors", "failures", "unexpectedSuccesses", "skipped")}
        before = found()
        ended = run_case(case, result)
        if type(case) not in brought:
            took_part(case, {kind: all[len(before[kind]) :] for kind, all in found().items()})
        return ended

    def take_part_as_a_module(program, module="__main__", *args, **settings):
        begin(program, "solution" if module == "__main__" else module, *args, **settings)

    def go_on(program):
        # what it says is known by the tests themselves
        program.exit = False
        run_all(program)

    unittest.TestCase.run, unittest.TestProgram.__init__, unittest.TestProgram.runTests = run_one, take_part_as_a_module, go_on


def took_part(case, found):
    global executed
    name = case._testMethodName
    ran.add((type(case), name))
    failures.extend(trace for _, trace in found["errors"] + found["failures"])
    failures.extend(f"{name} passed, and is expected to fail" for _ in found["unexpectedSuccesses"])
    asynchronous = hasattr(case, "_callTestMethod") and hasattr(case, "asyncSetUp")
    kind = getattr(getattr(getattr(case, name, None), "__code__", None), "co_flags", 0)
    if found["skipped"]:
        skipped.append(name)
    elif kind & (GENERATOR | ASYNC_GENERATOR) or kind & COROUTINE and not asynchronous:
        skipped.append(name)
    else:
        executed += 1


def watch_doctest(solution):
    import doctest

    run_examples, testmod = doctest.DocTestRunner.run, doctest.testmod

    def run(runner, test, compileflags=None, out=None, clear_globs=True):
        global executed
        said = []

        def tell(text):
            said.append(text)
            (out or stdout.write)(text)

        results = run_examples(runner, test, compileflags, tell, clear_globs)
        executed += results.attempted
        if results.failed:
            failures.append("".join(said))
        return results

    doctest.DocTestRunner.run = run
    doctest.testmod = lambda m=None, *args, **settings: testmod(m or solution, *args, **settings)


def run(test):
    """A function or method of tests."""
    global executed
    try:
        result = test()
        if hasattr(result, "__await__"):
            import asyncio

            async def wait():
                await result

            asyncio.run(wait())
    except Exception as error:
        if type(error).__name__ not in ("SkipTest", "Skipped"):
            raise
        skipped.append(test.__name__)
        return
    if isinstance(result, (types.GeneratorType, types.AsyncGeneratorType)):
        untested(f"`{test.__name__}` has a `yield`, so that calling it executes nothing of it; write it without")
    executed += 1


def run_classes(scope, before):
    """Those that the tests define, as pytest and unittest find them."""
    unittest = sys.modules.get("unittest")
    classes = [(name, found) for name, found in list(scope.items()) if isinstance(found, type) and before.get(name) is not found]
    for name, found in classes:
        if unittest and issubclass(found, unittest.TestCase):
            if not found.__module__.startswith("unittest."):
                run_cases(unittest, found)
        elif name.startswith("Test") and name not in mentioned and found.__module__ == "solution":
            for method in dir(found):
                if method.startswith("test") and callable(getattr(found, method)):
                    run(getattr(found(), method))


def run_cases(unittest, found):
    names = unittest.defaultTestLoader.getTestCaseNames(found) or (["runTest"] if hasattr(found, "runTest") else [])
    left = [found(name) for name in names if (found, name) not in ran]
    result = unittest.TestResult()
    unittest.TestSuite(left).run(result)
    # of the class itself
    failures.extend(trace for _, trace in result.errors)


def whose(error):
    """Whether code or tests have raised it: the file of the innermost frame that is of either."""
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    return next((file for file in reversed(files) if file in ("<code>", "<tests>")), None)


try:
    body = ast.parse(tests).body
    compiled = known(tests, "<tests>")
except (SyntaxError, ValueError) as error:
    untested(f"the tests are no Python: {error}")

acts = [statement for statement in body if does_something(statement)]
mentioned = names_in(acts)
functions = [part for part in body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))]
collected = [part.name for part in functions if part.name.startswith("test") and part.name not in mentioned]
for part in functions:
    if part.name in collected and len(part.args.args) > len(part.args.defaults):
        untested(f"`{part.name}` {NO_FIXTURES}")
lambdas = [name for name in names_in([part for part in body if isinstance(part, ast.Assign)]) if name.startswith("test")]
if not collected and not lambdas and not any(isinstance(part, ast.ClassDef) for part in body):
    if any(part.name == "check" for part in functions) and "check" not in names_in(body):
        untested("the tests define `check` and do not call it; write `check(NAME)` behind it, with the function that is tested")
    if not acts:
        untested(NOTHING)
libraries = of_libraries(body)
speaks_for_itself = [statement for statement in acts if asserts(statement) or not names_in([statement]) & libraries]

solution = types.ModuleType("solution")
sys.modules["solution"] = solution
scope = vars(solution)
try:
    exec(known(code, "<code>"), scope)
    before = dict(scope)
    brought.update(found for found in before.values() if isinstance(found, type))
    if "unittest" in tests:
        watch_unittest()
    if "doctest" in tests:
        watch_doctest(solution)
    try:
        exec(compiled, scope)
    except SystemExit as error:
        # the end of a script, where it is no sign of failure
        if whose(error) != "<tests>" or error.code not in (None, 0):
            raise
    except ModuleNotFoundError as error:
        if whose(error) == "<tests>":
            untested(f"the tests import `{error.name}`, which is not there")
        raise
    for name in lambdas:
        if name not in mentioned and isinstance(scope.get(name), types.LambdaType) and before.get(name) is not scope[name]:
            collected.append(name)
    for name in collected:
        run(scope[name])
    run_classes(scope, before)
except Exception as error:
    trace = error.__traceback__
    while trace and trace.tb_frame.f_globals is globals():
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)
    sys.exit(1)
for failure in failures:
    sys.exit(failure)
if not executed and not speaks_for_itself:
    untested(f"nothing of the tests was executed; {', '.join(sorted(set(skipped)))} were skipped or only began" if skipped else NOTHING)
print("\n" + mark, file=stdout, flush=True)
