# What bitbake would install: for each image the closure of its packages, for each path the package that would take it, and for each package
# of the first image the recipe that makes it, with version and licence.
# Reads a request as JSON (`images`: names; `paths`: package -> paths), writes an answer of the same shape.
# Run by `cargo xtask layer check|generate`, in a build folder. Libraries that packages turn out to link with are not known before a build.
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


def spdx(recipe, licence, known):
    # `LICENSE` with the names and words of SPDX.
    words = licence
    for sign in "()&|":
        words = words.replace(sign, f" {sign} ")
    signs = {"(": "(", ")": ")", "&": "AND", "|": "OR"}
    # An exception, which the layers write as a licence of its own.
    signs["GPL-2.0-with-Linux-syscall-note"] = "GPL-2.0-only WITH Linux-syscall-note"
    name = lambda word: recipe.getVarFlag("SPDXLICENSEMAP", word) or word
    own = lambda word: name(word) if name(word) in known else "LicenseRef-" + name(word)
    return " ".join(signs.get(word) or own(word) for word in words.split()).replace("( ", "(").replace(" )", ")")


def origin(tinfoil, package):
    provider = tinfoil.get_runtime_providers(package)[1]
    if not provider:
        return None
    recipe = tinfoil.parse_recipe_file(provider)
    listed = json.load(open(recipe.expand("${COREBASE}/meta/files/spdx-licenses.json")))["licenses"]
    known = {one["licenseId"] for one in listed}
    licence = recipe.getVar("LICENSE:" + package) or recipe.getVar("LICENSE")
    return {
        "recipe": recipe.getVar("PN"),
        "version": recipe.getVar("PV"),
        "licence": spdx(recipe, licence, known),
        "file": provider,
    }


request = json.load(open(sys.argv[1]))
with bb.tinfoil.Tinfoil(output=sys.stderr) as tinfoil:
    tinfoil.prepare(quiet=2)
    caches = tinfoil.cooker.recipecaches[""]
    images = {image: closure(tinfoil, caches, image) for image in request["images"]}
    answer = {
        "images": images,
        "origins": {package: origin(tinfoil, package) for package in images[request["images"][0]]},
        "paths": {package: takers(tinfoil, package, paths) for package, paths in request["paths"].items()},
    }
with open(sys.argv[2], "w") as file:
    json.dump(answer, file)
