"""Runs code that a model wrote, and then its tests. Both are a module of the name `solution`, so that what stands below `if __name__ == "__main__"` rests."""

import ast
import json
import linecache
import sys
import traceback
import types

code, tests, mark = json.loads(sys.stdin.buffer.read())


def known(text, name):
    """Tracebacks quote it."""
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    return compile(text, name, "exec", dont_inherit=True)


def untested(why):
    print(mark, "untested", why, flush=True)
    sys.exit()


def does_something(statement):
    """Whether a statement of the tests may tell right from wrong: one that defines, imports or says something does not."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass)):
        return False
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return any(isinstance(part, (ast.Call, ast.Await)) for part in ast.walk(statement))
    if isinstance(statement, ast.If):
        # below `if __name__ == "__main__"`
        return "__name__" not in names_in([statement.test])
    return True


def names_in(statements):
    return {part.id for statement in statements for part in ast.walk(statement) if isinstance(part, ast.Name)}


def run(test):
    result = test()
    if hasattr(result, "__await__"):
        import asyncio

        async def wait():
            await result

        asyncio.run(wait())


def run_class(found):
    unittest = sys.modules.get("unittest")
    if unittest and issubclass(found, unittest.TestCase):
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(found).run(result)
        for _, trace in result.errors + result.failures:
            sys.exit(trace)
        if result.unexpectedSuccesses:
            sys.exit("a test passed that is expected to fail")
        return
    for name in dir(found):
        if name.startswith("test"):
            one = found()
            run(getattr(one, name))


try:
    body = ast.parse(tests).body
    compiled = known(tests, "<tests>")
except (SyntaxError, ValueError) as error:
    untested(f"the tests are no Python: {error}")

acts = [statement for statement in body if does_something(statement)]
mentioned = names_in(acts)
functions = [part for part in body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))]
classes = [part for part in body if isinstance(part, ast.ClassDef)]
collected = [part.name for part in functions if part.name.startswith("test") and part.name not in mentioned]
for part in functions:
    if part.name in collected and len(part.args.args) > len(part.args.defaults):
        untested(f"`{part.name}` takes arguments, and there are no fixtures; call it behind its definition")
test_cases = [
    part.name
    for part in classes
    if part.name not in mentioned and (part.name.startswith("Test") or any("TestCase" in ast.dump(base) for base in part.bases))
]
if not collected and not test_cases:
    if any(part.name == "check" for part in functions) and "check" not in names_in(body):
        untested("the tests define `check` and do not call it; write `check(NAME)` behind it, with the function that is tested")
    if not acts:
        untested("the tests define things and execute none of them; write statements that raise an error where the code is wrong")

solution = types.ModuleType("solution")
sys.modules["solution"] = solution
scope = vars(solution)
try:
    exec(known(code, "<code>"), scope)
    exec(compiled, scope)
    for name in collected:
        run(scope[name])
    for name in test_cases:
        run_class(scope[name])
except Exception as error:
    trace = error.__traceback__
    while trace and trace.tb_frame.f_globals is globals():
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)
    sys.exit(1)
print(mark, flush=True)
