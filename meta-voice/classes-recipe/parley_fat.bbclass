# FAT images without mounting, the same bytes from the same files.

PARLEY_FAT_TIME = "${REPRODUCIBLE_TIMESTAMP_ROOTFS}"

# parley_make_fat IMAGE MIB LABEL
parley_make_fat () {
    rm -f "$1"
    truncate --size="$2M" "$1"
    mkfs.vfat --invariant -i 50415231 -n "$3" "$1" > /dev/null
}

# parley_put IMAGE FILE NAME
parley_put () {
    touch --no-create --date=@${PARLEY_FAT_TIME} "$2"
    TZ=UTC MTOOLS_SKIP_CHECK=1 mcopy -m -i "$1" "$2" "::$3"
}

# parley_folder IMAGE NAME
parley_folder () {
    TZ=UTC SOURCE_DATE_EPOCH=${PARLEY_FAT_TIME} mmd -i "$1" "::$2"
}
