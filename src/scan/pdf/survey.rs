//! A page in; what it draws out: if it is one scanned image and nothing else, that image, so that it need not be rendered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, InterpreterWarning, SoftMask, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Rect};

use super::{complete, embedded};
use crate::scan::fault::{Fault, Outcome};
use crate::scan::{Limits, Raster};

/// Interprets a page without drawing it. Gives the page if it is one image, `None` if it must be rendered.
///
/// # Errors
/// [`Fault::Damaged`] if an image on it is cut short or cannot be decoded, [`Fault::TooLarge`] if one passes the limit.
pub(super) fn look_at(page: &Page, limits: &Limits) -> Outcome<Option<Raster>> {
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
    let mut survey = Survey { paper, limits, images: 0, has_other_marks: false, page: None, fault: None };
    interpret_page(page, &mut context, &mut survey);
    if let Some(fault) = survey.fault {
        return Err(fault);
    }
    if broken_image.load(Ordering::Relaxed) {
        return Err(broken());
    }
    Ok(survey.page.filter(|_| survey.images == 1 && !survey.has_other_marks))
}

fn broken() -> Fault {
    Fault::damaged("an image of the PDF cannot be decoded; copy it again or scan the paper again")
}

struct Survey<'l> {
    /// The page in points, from its upper left corner.
    paper: Rect,
    limits: &'l Limits,
    images: usize,
    /// Anything but plainly drawn images: lines, text that can be seen, clips, masks, blending.
    has_other_marks: bool,
    /// The first image, if it covers the page.
    page: Option<Raster>,
    fault: Option<Fault>,
}

impl<'a> Device<'a> for Survey<'_> {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.has_other_marks = true;
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.has_other_marks = true;
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        self.has_other_marks |= opacity < 1.0 || mask.is_some() || blend_mode != BlendMode::default();
    }

    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, mode: &DrawMode) {
        // The invisible text that OCR programs lay over a scan is no mark.
        self.has_other_marks |= !matches!(mode, DrawMode::Invisible);
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.images += 1;
        if self.fault.is_some() {
            return;
        }
        if let Err(fault) = complete::check(&image, self.limits) {
            self.fault = Some(fault);
            return;
        }
        if self.images == 1 && !self.has_other_marks {
            match embedded::take(&image, props.transform, self.paper) {
                Ok(page) => self.page = page,
                Err(fault) => self.fault = Some(fault),
            }
        }
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
