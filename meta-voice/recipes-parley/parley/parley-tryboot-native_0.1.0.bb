SUMMARY = "parley-tryboot for the building machine"
DESCRIPTION = "Completes the command lines of both slots on the card, with the code that completes them on the device."
SECTION = "devel"
LICENSE = "MIT | Apache-2.0"
LIC_FILES_CHKSUM = "\
    file://LICENSE-APACHE;md5=3b83ef96387f14655fc854ddc3c6bd57 \
    file://LICENSE-MIT;md5=abdff6171de2b19de3843b79a8872d35 \
"

inherit parley_source

CARGO_BUILD_FLAGS:append = " -p parley-update --bin parley-tryboot --no-default-features"

inherit_defer native
