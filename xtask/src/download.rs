//! `cargo xtask download`: how much of a bundle does a device download that has an older version?
//!
//! A device with RAUC reads a bundle over HTTP through a block device, and of the images only those 4 KiB blocks that are not in its slots:
//! the block hash index in the bundle tells which. This does the same to a server of its own: it asks for the signature, the hash tree, the
//! bundle's tables and index, and those pieces of the images' compressed data that hold a missing block, and counts what the server sent.
//! It rounds up where the kernel reads ahead: the hash tree counts whole.

mod ranges;
mod server;
mod squashfs;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use sha2::{Digest, Sha256};

use self::ranges::Ranges;
use self::server::RangeServer;
use self::squashfs::{Squashfs, StoredFile};

/// RAUC's index has a hash for each block of this size.
const BLOCK: usize = 4096;
const HASH: usize = 32;

/// What an update of the program alone may cost, of the whole bundle.
pub const LIMIT: f64 = 0.1;

/// Options of the measurement.
#[derive(Args)]
pub struct Options {
    /// The new version's bundle
    bundle: PathBuf,
    /// The root image that the device has
    #[arg(long)]
    root: PathBuf,
    /// The boot image that the device has
    #[arg(long)]
    boot: PathBuf,
    /// One JSON object
    #[arg(long)]
    json: bool,
    /// Fail if it is more than a tenth: for an update of the program alone
    #[arg(long)]
    program_alone: bool,
}

/// Measures, and prints.
pub fn run(options: &Options) -> Result<()> {
    let download = measure(&options.bundle, &[&options.root, &options.boot])?;
    if options.json {
        println!("{}", download.json());
    } else {
        println!("{download}");
    }
    ensure!(
        !options.program_alone || download.share() <= LIMIT,
        "an update of the program alone downloads more than {} %",
        LIMIT * 100.0
    );
    Ok(())
}

/// What was downloaded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Download {
    /// The bundle.
    pub bundle_bytes: u64,
    /// What the server sent, headers left out.
    pub bytes: u64,
    /// How often it was asked.
    pub requests: u64,
    /// Of the images, in blocks of 4 KiB.
    pub blocks: u64,
    /// Those that the device did not have.
    pub missing_blocks: u64,
}

impl Download {
    /// Of the bundle, 0 to 1.
    pub fn share(&self) -> f64 {
        self.bytes as f64 / self.bundle_bytes.max(1) as f64
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "bundle_bytes": self.bundle_bytes, "downloaded_bytes": self.bytes, "share": self.share(),
            "requests": self.requests, "blocks": self.blocks, "missing_blocks": self.missing_blocks,
        })
    }
}

impl std::fmt::Display for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mb = |bytes: u64| bytes as f64 / 1e6;
        write!(
            f,
            "{:.2} MB of {:.2} MB downloaded: {:.1} % ({} requests; {} of {} blocks were new)",
            mb(self.bytes),
            mb(self.bundle_bytes),
            100.0 * self.share(),
            self.requests,
            self.missing_blocks,
            self.blocks
        )
    }
}

/// Downloads from a server on this machine what a device with these images lacks.
///
/// # Errors
/// A bundle that is none, or has no block hash index.
pub fn measure(bundle: &Path, has: &[&Path]) -> Result<Download> {
    let mut known = HashSet::new();
    for image in has {
        known.extend(hashes(image)?);
    }
    let server = RangeServer::start(bundle)?;
    let remote = server.client();
    let size = remote.size()?;

    // As RAUC begins: the signature's size at the very end, then the signature.
    let tail = remote.get(size - 8, 8)?;
    let signature = u64::from_be_bytes(tail.try_into().unwrap_or_default());
    ensure!(
        signature < size / 2 || signature < 1 << 20,
        "this is no bundle: its signature would have {signature} bytes"
    );
    let signature_begins = size.checked_sub(8 + signature).context("this is no bundle")?;
    remote.get(signature_begins, signature)?;
    let payload = Squashfs::open(&remote)?;
    let mut needed = Ranges::default();
    // What is between the file system and the signature is its hash tree.
    needed.add(payload.bytes_used, signature_begins);

    let (mut blocks, mut missing_blocks) = (0, 0);
    let mut image_data = Ranges::default();
    for (image, index) in images(&payload.files)? {
        image_data.add(image.begins, image.begins + image.stored_bytes());
        let hashes = payload.read(&remote, index)?;
        let missing: Vec<bool> = hashes.chunks_exact(HASH).map(|hash| !known.contains(hash)).collect();
        blocks += missing.len() as u64;
        missing_blocks += missing.iter().filter(|missing| **missing).count() as u64;
        let per_piece = payload.block_size as usize / BLOCK;
        for (piece, missing) in image.pieces().zip(missing.chunks(per_piece)) {
            if missing.contains(&true) {
                needed.add(piece.start, piece.end);
            }
        }
    }
    // Tables, fragments, small files and indices: all of the file system that is no image.
    needed.add_all_but(payload.bytes_used, &image_data);
    for range in needed.aligned(BLOCK as u64, size) {
        remote.get(range.start, range.end - range.start)?;
    }
    let (bytes, requests) = server.sent();
    Ok(Download { bundle_bytes: size, bytes, requests, blocks, missing_blocks })
}

/// The images with their indices: an index has 32 bytes for each block of its image.
fn images(files: &[StoredFile]) -> Result<Vec<(&StoredFile, &StoredFile)>> {
    let mut pairs = Vec::new();
    for image in files.iter().filter(|file| file.size % BLOCK as u64 == 0) {
        let indexed = image.size / BLOCK as u64 * HASH as u64;
        if let Some(index) = files.iter().find(|file| file.size == indexed && *file != image && image.size > 0) {
            pairs.push((image, index));
        }
    }
    ensure!(!pairs.is_empty(), "no image of this bundle has a block hash index (adaptive=block-hash-index)");
    Ok(pairs)
}

/// The hashes of an image's blocks.
fn hashes(image: &Path) -> Result<Vec<[u8; HASH]>> {
    let file = File::open(image).with_context(|| format!("there is no image {}", image.display()))?;
    let (mut file, mut block, mut hashes) = (BufReader::with_capacity(1 << 20, file), [0; BLOCK], Vec::new());
    for _ in 0..fs::metadata(image)?.len() / BLOCK as u64 {
        file.read_exact(&mut block)?;
        hashes.push(Sha256::digest(block).into());
    }
    Ok(hashes)
}

#[cfg(test)]
mod tests;
