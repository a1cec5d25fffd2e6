"""What the style checks know of C++: text without comments and literals, and where functions begin and end."""

import re

LITERALS = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",
    re.S,
)
SCOPE = re.compile(r'^(?:[\w\s:<>,\[\]()"*&]*\s)?(?:namespace|class|struct|union|enum|extern)\b(?!.*\)\s*(?:const|noexcept|override)?\s*$)', re.S)


def blank_literals(text):
    """`text` with comments and literals blanked, line by line as it was."""
    return LITERALS.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def blank_preprocessor(text):
    """`text` with preprocessor lines blanked, continued ones included."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda found: re.sub(r"[^\n]", " ", found.group()), text, flags=re.M)


def functions(text):
    """(first line, last line, head) of every function and of every lambda that stands outside of functions."""
    text = blank_preprocessor(blank_literals(text))
    found = []
    stack = []  # of what each open brace began: "scope", "function" or "other"
    begin = 0  # of the statement that a brace may end
    function_begin = None
    for place, character in enumerate(text):
        inside = "function" in stack
        if character == "{":
            head = text[begin:place]
            if inside:
                stack.append("other")
            elif SCOPE.match(head.strip()) and not head.rstrip().endswith((")", "=")):
                stack.append("scope")
                begin = place + 1
            elif "(" in head and not head.rstrip().endswith(("=", ",", "(")):
                stack.append("function")
                function_begin = begin + len(head) - len(head.lstrip())
            else:
                stack.append("other")
        elif character == "}" and stack:
            kind = stack.pop()
            if kind == "function":
                first, last = text.count("\n", 0, function_begin) + 1, text.count("\n", 0, place) + 1
                found.append((first, last, " ".join(text[function_begin:place].split("{")[0].split())))
            # A member's braces in a constructor's list, `: a_{1}, b_{2} {`, do not end the statement.
            if "function" not in stack and not text[place + 1 :].lstrip().startswith((",", "{")):
                begin = place + 1
        elif character == ";" and not inside and "other" not in stack:
            begin = place + 1
    return found
