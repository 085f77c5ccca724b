//! The steps of `cargo xtask layer check`, in their order.
//!
//! Each says what it did; what it could not do it names, with what would have to be there. Only the first needs nothing but the clone.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use super::bitbake::{self, Build};
use super::checkout::Checkout;
use super::report::Report;
use super::{kernel, rules};
use xtask::places;

#[derive(Args)]
pub struct Options {
    /// A folder with bitbake, openembedded-core, meta-raspberrypi, meta-rauc and meta-openembedded at the pinned commits
    #[arg(long, value_name = "FOLDER")]
    layers: Option<PathBuf>,
    /// Only these steps, with commas between
    #[arg(long, value_name = "STEPS", value_delimiter = ',')]
    only: Vec<Step>,
    /// Further files that recipes fetch, named as bitbake names its downloads; crates come from cargo's own cache
    #[arg(long, value_name = "FOLDER")]
    sources: Option<PathBuf>,
    /// Let bitbake fetch from the recipes' own addresses
    #[arg(long)]
    network: bool,
    /// The board's kernel source, with arch/arm64/configs/bcm2712_defconfig
    #[arg(long, value_name = "TREE")]
    kernel: Option<PathBuf>,
    /// Also write what was done, found and skipped as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// A step; they run in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// General rules about the layer's files
    Rules,
    /// What the rules believe of the layers below: commits, names, licences, applets
    Below,
    /// oelint, which looks at style (pip install oelint-adv)
    Lint,
    /// bitbake reads all recipes
    Parse,
    /// Dependencies of images and bundle
    Graph,
    /// The image's packages, their versions and licences, and which of them takes a file
    Packages,
    /// Values that no parse compares with anything
    Values,
    /// Every task of image and bundle, without carrying it out
    DryRun,
    /// Each kas file, by kas (pip install kas) and by bitbake
    Choices,
    /// A fleet's client in the image: hawkBit's, its unit and its configuration
    Fleet,
    /// Sources of the layer's own recipes with their checksums, and their licences
    Licences,
    /// Crates and program fetched, unpacked and configured by bitbake
    Appliance,
    /// That tree built with this machine's cargo, which may fetch nothing: half an hour
    Frozen,
    /// The bundle's manifest, as bitbake writes it
    Bundle,
    /// A card from the layer's own functions and its .wks; needs `wic-whinlatter` among the layers
    Card,
    /// The kernel fragment against the board's configuration and Kconfig; needs --kernel
    Kernel,
    /// yocto-check-layer: half an hour
    Conformance,
    /// Known vulnerabilities: always skipped, because it needs a built image
    Cve,
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

pub struct Check<'a> {
    pub checkout: &'a Checkout,
    pub install: bool,
    options: &'a Options,
    build: Option<Build>,
}

impl Check<'_> {
    pub fn layers(&self) -> Result<PathBuf> {
        let layers = self.options.layers.as_ref().context("--layers FOLDER is missing")?;
        layers.canonicalize().with_context(|| format!("cannot find {}", layers.display()))
    }

    /// The folder in which bitbake works, on a copy of the clone: whoever edits meanwhile disturbs nothing.
    pub fn build(&mut self) -> Result<&Build> {
        if self.build.is_none() {
            let build = Build::prepare(self.checkout, &self.layers()?, self.options.network)?;
            self.build = Some(build);
        }
        self.build.as_ref().context("there is no build folder")
    }

    /// The same, with all sources that this machine has in its mirror; and how many crates are among them.
    pub fn build_with_sources(&mut self) -> Result<(&Build, usize)> {
        let (checkout, sources) = (self.checkout, self.options.sources.as_deref());
        let build = self.build()?;
        Ok((build, bitbake::mirror::fill(checkout, build, sources)?))
    }

    fn run(&mut self, step: Step, report: &mut Report) -> Result<String> {
        if self.options.layers.is_none() && !matches!(step, Step::Rules | Step::Kernel) {
            return Ok(report.skip(step.name(), "needs --layers"));
        }
        match step {
            Step::Rules => {
                report.findings.extend(rules::run(self.checkout, rules::RULES)?);
                Ok(format!("{} rules", rules::RULES.len()))
            }
            Step::Below => bitbake::upstream::check(self.checkout, &self.layers()?, report),
            Step::Lint => bitbake::lint::check(self.checkout, report),
            Step::Parse => bitbake::whole::parse(self.build()?, report),
            Step::Graph => bitbake::whole::graph(self.checkout, self.build()?, report),
            Step::Packages => bitbake::packages::check(self.checkout, self.build()?, report),
            Step::Values => bitbake::whole::values(self.build()?, report),
            Step::DryRun => bitbake::whole::dry_run(self.build()?, report),
            Step::Choices => bitbake::choices::check(self.checkout, self.build()?, report),
            Step::Fleet => bitbake::fleet::check(self.checkout, self.build()?, report),
            Step::Licences => bitbake::recipes::licences(self, report),
            Step::Appliance => bitbake::appliance::configure(self, report),
            Step::Frozen => bitbake::appliance::frozen(self),
            Step::Bundle => bitbake::bundle::check(self.checkout, self.build()?, report),
            Step::Card => {
                let layers = self.layers()?;
                if !layers.join("wic-whinlatter").exists() {
                    return Ok(report.skip(step.name(), "there is no wic-whinlatter in the folder of the layers"));
                }
                super::make_card(&layers, None, None)?;
                Ok("twice the same bytes".to_owned())
            }
            Step::Kernel => kernel::check(self.checkout, self.options.kernel.as_deref(), report),
            Step::Conformance => bitbake::conformance::check(self.build()?, report),
            Step::Cve => {
                // What bitbake lists without a build (`-c create_recipe_sbom`) is what an image is built with, and not what is in it.
                let why = "goes by the list of a built image, and by the databases of NVD and CVE, 2 GB each: \
                           kas build kas/parley-pi5.yml:kas/cve.yml, with a network";
                Ok(report.skip(step.name(), why))
            }
        }
    }
}

pub fn run(options: &Options, install: bool) -> Result<()> {
    let checkout = Checkout::new(&places::workspace());
    let mut check = Check { checkout: &checkout, options, install, build: None };
    let mut report = Report::default();
    let chosen = |step: &Step| options.only.is_empty() || options.only.contains(step);
    for step in Step::value_variants().iter().filter(|step| chosen(step)) {
        report.step(&step.name(), |report| check.run(*step, report));
        // After each: whoever stops a long check keeps what it has found.
        if let Some(file) = &options.json {
            report.write(file)?;
        }
    }
    match report.findings.len() {
        0 => Ok(()),
        count => bail!("{count} mistakes in the layer"),
    }
}
