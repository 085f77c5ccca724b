# What bitbake would install: for each image the closure of its packages, and for each path the package that would take it.
# Reads a request as JSON (`images`: names; `paths`: package -> paths), writes an answer of the same shape.
# Run by `cargo xtask layer check`, in a build folder. Libraries that packages turn out to link with are not known before a build.
import fnmatch
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(shutil.which("bitbake"))), "lib"))
import bb.tinfoil


def closure(tinfoil, caches, image):
    recipe = tinfoil.parse_recipe(image)
    words = lambda name: (recipe.getVar(name) or "").split()
    unwanted = set(words("BAD_RECOMMENDATIONS"))
    recommended = recipe.getVar("NO_RECOMMENDATIONS") != "1"
    found = {}
    open_packages = [(name, image) for name in words("PACKAGE_INSTALL")]
    while open_packages:
        name, by = open_packages.pop(0)
        if name in found or name in unwanted:
            continue
        provider = tinfoil.get_runtime_providers(name)[1]
        found[name] = by
        if provider:
            further = list(caches.rundeps[provider].get(name, {}))
            further += caches.runrecs[provider].get(name, {}) if recommended else []
            open_packages += [(other, name) for other in further]
    return found


def takers(tinfoil, package, paths):
    provider = tinfoil.get_runtime_providers(package)[1]
    if not provider:
        return {path: None for path in paths}
    recipe = tinfoil.parse_recipe_file(provider)
    patterns = [(name, (recipe.getVar("FILES:" + name) or "").split()) for name in recipe.getVar("PACKAGES").split()]
    takes = lambda pattern, path: fnmatch.fnmatchcase(path, pattern) or path.startswith(pattern.rstrip("/") + "/")
    # Some recipes make packages only while they package.
    otherwise = "no package" if package in dict(patterns) else None
    # The first package of a recipe that names a path gets it.
    first = lambda path: next((name for name, all in patterns if any(takes(one, path) for one in all)), otherwise)
    return {path: first(path) for path in paths}


request = json.load(open(sys.argv[1]))
with bb.tinfoil.Tinfoil(output=sys.stderr) as tinfoil:
    tinfoil.prepare(quiet=2)
    caches = tinfoil.cooker.recipecaches[""]
    answer = {
        "images": {image: closure(tinfoil, caches, image) for image in request["images"]},
        "paths": {package: takers(tinfoil, package, paths) for package, paths in request["paths"].items()},
    }
with open(sys.argv[2], "w") as file:
    json.dump(answer, file)
