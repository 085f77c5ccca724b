"""Says numbers with PyPI's num2words: `python3 say.py LANGUAGE`.

On standard input, lines of kind, tab and value; on standard output the same, with a tab and the words. Kinds are cardinal,
ordinal, decimal, year, and a currency's code, whose values are in cents. What follows the value is dropped, so a file of
references can be made anew from itself.
"""

import sys

from num2words import num2words

language = sys.argv[1]
for line in sys.stdin:
    if line.startswith("#"):
        continue
    kind, value = line.rstrip("\n").split("\t")[:2]
    if kind == "decimal":
        words = num2words(float(value), lang=language)
    elif kind.isupper():
        words = num2words(int(value), lang=language, to="currency", currency=kind)
    else:
        words = num2words(int(value), lang=language, to=kind)
    print(kind, value, words, sep="\t")
