# The program's own source: the clone that this layer lies in, without its history, tests and documents.
#
# Which crates it is built from says parley-crates.inc, which is generated from Cargo.lock. Cargo wants every member of the workspace to be there.

FILESEXTRAPATHS:prepend := "${PARLEY_CLONE}:"
SRC_URI = "\
    file://.cargo \
    file://Cargo.lock \
    file://Cargo.toml \
    file://LICENSE-APACHE \
    file://LICENSE-MIT \
    file://appliance \
    file://ota \
    file://tests \
    file://xtask \
"
S = "${UNPACKDIR}"

require recipes-parley/parley/parley-crates.inc

inherit cargo

CVE_PRODUCT = "parley"
