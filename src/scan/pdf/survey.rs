//! A page in; what it draws out: if it is one scanned picture and nothing else, that picture, so that it need not be rendered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, InterpreterWarning, Paint, SoftMask, interpret_page,
};
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::Stream;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Rect, Shape};

use super::budget::{Budget, within_budget};
use super::mosaic::Mosaic;
use super::{complete, embedded, jbig2};
use crate::scan::fault::{Fault, Outcome};
use crate::scan::{Limits, Raster};

/// A clip that takes away less than this of an image's edge, in points, takes nothing away: places are written with rounding.
const CLIP_TOLERANCE: f64 = 0.5;

/// What a page draws.
pub(super) struct Seen {
    /// The page where it is one picture; `None` where it must be rendered.
    pub(super) page: Option<Raster>,
    /// Whether one of its images was made by a coding that swaps symbols that look alike.
    pub(super) has_lossy_symbols: bool,
}

/// Interprets a page without drawing it.
///
/// # Errors
/// [`Fault::Damaged`] if an image on it is cut short or cannot be decoded, or the page draws without end, [`Fault::TooLarge`] if an image
/// passes the limit.
pub(super) fn look_at(page: &Page, limits: &Limits) -> Outcome<Seen> {
    let broken_image = Arc::new(AtomicBool::new(false));
    let sink = Arc::clone(&broken_image);
    let settings = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                sink.store(true, Ordering::Relaxed);
            }
        }),
        ..InterpreterSettings::default()
    };
    let (width, height) = page.render_dimensions();
    let paper = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let to_paper = Affine::new(page.initial_transform(true).as_coeffs());
    let cache = InterpreterCache::new();
    let mut context = Context::new(to_paper, paper, &cache, page.xref(), settings);
    let mut survey = Survey::new(paper, limits);
    let ending = within_budget(|| interpret_page(page, &mut context, &mut survey));
    if let Some(fault) = survey.fault {
        return Err(fault);
    }
    ending?;
    if broken_image.load(Ordering::Relaxed) {
        return Err(broken());
    }
    let page = survey.mosaic.map(|mosaic| mosaic.finish(limits)).transpose()?.flatten();
    Ok(Seen { page, has_lossy_symbols: survey.has_lossy_symbols })
}

fn broken() -> Fault {
    Fault::damaged("an image of the PDF cannot be decoded; copy it again or scan the paper again")
}

struct Survey<'l> {
    /// The page in points, from its upper left corner.
    paper: Rect,
    limits: &'l Limits,
    /// The images so far; `None` once something is drawn that only rendering shows: lines, text that can be seen, images that are cut,
    /// masked or blended.
    mosaic: Option<Mosaic>,
    /// Whether an image was met.
    has_images: bool,
    /// The clips in force, in points; `None` for one that is no rectangle.
    clips: Vec<Option<Rect>>,
    has_lossy_symbols: bool,
    fault: Option<Fault>,
    budget: Budget,
}

impl<'l> Survey<'l> {
    fn new(paper: Rect, limits: &'l Limits) -> Self {
        Self {
            paper,
            limits,
            mosaic: Some(Mosaic::new(paper)),
            has_images: false,
            clips: Vec::new(),
            has_lossy_symbols: false,
            fault: None,
            budget: Budget::new(limits),
        }
    }

    /// Programs paint the paper white before they put the scan on it.
    fn paints_paper(&self, props: &DrawProps<'_>, mode: &DrawMode) -> bool {
        let is_white = matches!(&props.paint, Paint::Color(colour) if colour.to_rgba().to_rgba8() == [255; 4]);
        let is_plain = props.soft_mask.is_none() && props.blend_mode == BlendMode::default();
        !self.has_images && is_white && is_plain && matches!(mode, DrawMode::Fill(_))
    }

    fn is_clipped(&self, drawn: Rect) -> bool {
        let seen = drawn.intersect(self.paper);
        let contains = |clip: &Rect| clip.inflate(CLIP_TOLERANCE, CLIP_TOLERANCE).contains_rect(seen);
        !self.clips.iter().all(|clip| clip.as_ref().is_some_and(contains))
    }

    fn look_at_image(&mut self, image: &Image, props: &ImageDrawProps<'_>) -> Outcome<()> {
        complete::check(image, self.limits)?;
        self.has_lossy_symbols |= has_lossy_symbols(image);
        let is_plain = props.soft_mask.is_none() && props.blend_mode == BlendMode::default();
        let is_whole = is_plain && !self.is_clipped(embedded::drawn_box(image, props.transform));
        if let Some(mut mosaic) = self.mosaic.take().filter(|_| is_whole)
            && let Some(placed) = embedded::take(image, props.transform)?
            && mosaic.add(placed)
        {
            self.mosaic = Some(mosaic);
        }
        Ok(())
    }
}

/// Whether the image, or a mask of it, is JBIG2 with symbols in place of pixels.
fn has_lossy_symbols(image: &Image) -> bool {
    let stream = match image {
        Image::Raster(raster) => raster.stream(),
        Image::Stencil(stencil) => stencil.stream(),
    };
    let masks = [b"SMask".as_slice(), b"Mask"].map(|key| stream.dict().get::<Stream<'_>>(key));
    let is_lossy = |stream: &Stream<'_>| {
        stream.filters().as_slice() == [Filter::Jbig2Decode] && jbig2::has_lossy_symbols(&stream.raw_data())
    };
    is_lossy(stream) || masks.iter().flatten().any(is_lossy)
}

impl<'a> Device<'a> for Survey<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.budget.path(path, Some(mode));
        if !self.paints_paper(&props, mode) {
            self.mosaic = None;
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.budget.path(&clip.path, None);
        let bounds = clip.path.bounding_box();
        // A path that fills its box is a rectangle.
        let is_rectangle = clip.path.area().abs() >= bounds.area() * (1.0 - 1e-9);
        self.clips.push(is_rectangle.then_some(bounds));
    }

    fn push_clip_rect(&mut self, clip: &Rect) {
        self.budget.operation();
        self.clips.push(Some(*clip));
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        self.budget.operation();
        if opacity < 1.0 || mask.is_some() || blend_mode != BlendMode::default() {
            self.budget.group();
            self.mosaic = None;
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, mode: &DrawMode) {
        self.budget.glyphs(run.glyphs().len());
        // The invisible text that OCR programs lay over a scan is no mark.
        if !matches!(mode, DrawMode::Invisible) {
            self.mosaic = None;
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.has_images = true;
        if self.fault.is_some() {
            return;
        }
        match self.look_at_image(&image, &props) {
            Ok(()) => self.budget.image(image.width(), image.height()),
            Err(fault) => self.fault = Some(fault),
        }
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {}
}
