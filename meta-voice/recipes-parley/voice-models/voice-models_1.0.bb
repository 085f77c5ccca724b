SUMMARY = "The models of one profile"
DESCRIPTION = "Speech to text, language model, voice and end of turn, as appliance/models/models.toml lists them: from their publishers, or from a folder \
               that VOICE_MODELS_FOLDER names. Whatever they come from, their checksums decide."
SECTION = "multimedia"

require voice-models.inc

LICENSE = "${@d.getVarFlag('VOICE_MODELS_LICENCE', d.getVar('VOICE_MODELS_PROFILE'), True) or 'MIT'}"
LIC_FILES_CHKSUM = "${@parley_licence_files(d)}"

# The addresses of a profile, or the same files in the owner's folder.
def parley_model_sources(d):
    listed = (d.getVarFlag('VOICE_MODELS_URI', d.getVar('VOICE_MODELS_PROFILE'), True) or '').split()
    folder = d.getVar('VOICE_MODELS_FOLDER')
    if not folder:
        return ' '.join(listed)
    names = [dict(part.split('=', 1) for part in uri.split(';')[1:])['downloadfilename'] for uri in listed]
    return ' '.join('file://%s/%s' % (folder.rstrip('/'), name) for name in names)

def parley_licence_files(d):
    import hashlib
    files = []
    for licence in sorted(set(d.getVar('LICENSE').replace('&', ' ').split())):
        for folder in [d.getVar('COMMON_LICENSE_DIR')] + (d.getVar('LICENSE_PATH') or '').split():
            path = os.path.join(folder, licence)
            if os.path.exists(path):
                with open(path, 'rb') as text:
                    files.append('file://%s;md5=%s' % (path, hashlib.md5(text.read()).hexdigest()))
                break
    return ' '.join(files)

SRC_URI = "${@parley_model_sources(d)}"
S = "${UNPACKDIR}"

INHIBIT_DEFAULT_DEPS = "1"

inherit allarch

python () {
    profile = d.getVar('VOICE_MODELS_PROFILE')
    unverified = d.getVarFlag('VOICE_MODELS_UNVERIFIED', profile, True)
    if d.getVarFlag('VOICE_MODELS_URI', profile, True) is None:
        raise bb.parse.SkipRecipe("VOICE_MODELS_PROFILE is '%s', which appliance/models/models.toml does not have" % profile)
    if unverified:
        raise bb.parse.SkipRecipe("nobody has verified the checksums of %s yet: enter them in appliance/models/models.toml, then run "
                                  "`cargo xtask layer generate`" % unverified)
}

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -d ${D}${datadir}/parley/models
    find ${UNPACKDIR} -type f \( -name '*.bin' -o -name '*.gguf' -o -name '*.onnx' -o -name '*.json' \) \
        -exec install -m 0644 -t ${D}${datadir}/parley/models {} +
    cd ${D}${datadir}/parley/models
    echo "${@d.getVarFlag('VOICE_MODELS_SHA256', d.getVar('VOICE_MODELS_PROFILE'), True)}" | tr ' *' '\n ' | grep . | \
        sed 's/^\([0-9a-f]*\) /\1  /' | sha256sum --check --strict -
}
do_install[vardeps] += "VOICE_MODELS_PROFILE"

FILES:${PN} += "${datadir}/parley/models"
