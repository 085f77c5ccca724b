# The images of a slot, and of the card.
#
# erofs-lz4.verity: the root with its dm-verity hash tree behind it, the same bytes on the card and in a bundle.
# bootslot: kernel, initramfs, device trees, config.txt, the file for the owner's sound card, and the template of the command line. One for both
#   slots.
# bootslot-a, bootslot-b: completed for a slot, for the card; on the device a bundle's hook does the same.

inherit parley_fat

# A salt need not be secret; one that follows from the version makes the same image twice.
def parley_salt(d):
    import hashlib
    return hashlib.sha256(('parley %s' % d.getVar('DISTRO_VERSION')).encode()).hexdigest()

PARLEY_SALT = "${@parley_salt(d)}"
PARLEY_ROOT_UUID = "00000000-0000-4000-8000-000000000001"
PARLEY_VERITY_UUID = "00000000-0000-4000-8000-000000000002"

EXTRA_IMAGECMD:erofs-lz4 = "-T${REPRODUCIBLE_TIMESTAMP_ROOTFS} -U${PARLEY_ROOT_UUID}"

CONVERSIONTYPES:append = " verity"
CONVERSION_DEPENDS_verity = "cryptsetup-native"
CONVERSION_CMD:verity = "parley_seal ${IMAGE_NAME}.${type}"

# parley_seal IMAGE: IMAGE.verity, and how the initramfs opens it in IMAGE.verity-argument.
parley_seal () {
    cp --sparse=always "$1" "$1.verity"
    truncate --size=%4096 "$1.verity"
    size=$(stat --format=%s "$1.verity")
    hash=$(veritysetup format --salt=${PARLEY_SALT} --uuid=${PARLEY_VERITY_UUID} --hash-offset=$size "$1.verity" "$1.verity" | \
        sed --quiet 's/^Root hash:[[:space:]]*//p')
    [ -n "$hash" ] || bbfatal "veritysetup printed no root hash"
    echo "parley.verity=$(expr $size / 4096),${PARLEY_SALT},$hash" > "$1.verity-argument"
}

# What both slots' kernels are told. {root} and {slot} are filled in for each; panic=1 restarts a second after a panic; gpt lets the second copy of
# the partition table be read, where the power failed while the first was written; open_timeout is how long the kernel feeds the watchdog that the
# firmware has started until the first process does: without it for ever, however the start hangs; and the memory controller is switched on, which the
# board's device tree switches off, or units' limits of memory would be passed over in silence.
PARLEY_CMDLINE = "gpt watchdog.open_timeout=15 cgroup_enable=memory console=serial0,115200 loglevel=4 panic=1 oops=panic net.ifnames=0 systemd.show_status=0 ro root={root} rauc.slot={slot}"

IMAGE_TYPEDEP:bootslot = "erofs-lz4.verity"
do_image_bootslot[depends] += " \
    dosfstools-native:do_populate_sysroot \
    mtools-native:do_populate_sysroot \
    parley-initramfs:do_image_complete \
    parley-ramoops:do_deploy \
    rpi-config:do_deploy \
    virtual/kernel:do_deploy \
"
IMAGE_CMD:bootslot = "parley_boot_slot ${IMGDEPLOYDIR}/${IMAGE_NAME}.bootslot"

# parley_boot_slot IMAGE
parley_boot_slot () {
    work=${WORKDIR}/bootslot
    rm -rf $work
    mkdir --parents $work
    cp ${DEPLOY_DIR_IMAGE}/${BOOTFILES_DIR_NAME}/config.txt $work/config.txt
    cp ${DEPLOY_DIR_IMAGE}/${KERNEL_IMAGETYPE} $work/${SDIMG_KERNELIMAGE}
    cp ${DEPLOY_DIR_IMAGE}/parley-initramfs-${MACHINE}.cpio.gz $work/initramfs
    line="${PARLEY_CMDLINE} $(cat ${IMGDEPLOYDIR}/${IMAGE_NAME}.erofs-lz4.verity-argument)"
    # The file keeps its length for ever: whoever completes it changes it in place.
    printf '%-*s\n' $(expr ${PARLEY_CMDLINE_BYTES} - 1) "$line" > $work/${PARLEY_CMDLINE_FILE}
    [ $(stat --format=%s $work/${PARLEY_CMDLINE_FILE}) -eq ${PARLEY_CMDLINE_BYTES} ] || bbfatal "the command line is too long: $line"

    # One sector, for ever: a device writes its owner's card into it. What comes behind it in config.txt might not be read for every board.
    printf '%b' '${PARLEY_CARD}' > $work/${PARLEY_CARD_FILE}
    [ "$(tail -n 1 $work/config.txt)" = "include ${PARLEY_CARD_FILE}" ] || bbfatal "config.txt does not end with ${PARLEY_CARD_FILE}"

    parley_make_fat "$1" ${PARLEY_SIZE_BOOT_A} ${PARLEY_FSLABEL_BOOT_A}
    for name in config.txt ${SDIMG_KERNELIMAGE} initramfs ${PARLEY_CMDLINE_FILE} ${PARLEY_CARD_FILE}; do
        parley_put "$1" $work/$name $name
    done
    parley_folder "$1" overlays
    trees="${@make_dtb_boot_files(d)}"
    for tree in $trees; do
        name="${tree##*;}"
        cp ${DEPLOY_DIR_IMAGE}/"${tree%%;*}" $work/tree
        parley_put "$1" $work/tree "$name"
    done
    for card in ${PARLEY_SOUND_CARDS}; do
        case "$trees " in
        *"overlays/$card.dtbo "*) ;;
        *) bbfatal "an owner may name the sound card $card, and the kernel makes no overlay for it" ;;
        esac
    done
    cp ${DEPLOY_DIR_IMAGE}/parley-ramoops.dtbo $work/parley-ramoops.dtbo
    parley_put "$1" $work/parley-ramoops.dtbo overlays/parley-ramoops.dtbo
}

do_image_bootslot_a[depends] += "parley-tryboot-native:do_populate_sysroot"
do_image_bootslot_b[depends] += "parley-tryboot-native:do_populate_sysroot"
IMAGE_TYPEDEP:bootslot-a = "bootslot"
IMAGE_TYPEDEP:bootslot-b = "bootslot"
IMAGE_CMD:bootslot-a = "parley_complete A ${IMGDEPLOYDIR}/${IMAGE_NAME}.bootslot-a"
IMAGE_CMD:bootslot-b = "parley_complete B ${IMGDEPLOYDIR}/${IMAGE_NAME}.bootslot-b"

# parley_complete SLOT IMAGE
parley_complete () {
    cp --sparse=always ${IMGDEPLOYDIR}/${IMAGE_NAME}.bootslot "$2"
    parley-tryboot complete --slot "$1" --device "$2"
}
