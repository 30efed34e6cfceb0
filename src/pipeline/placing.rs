//! Places to read: a page in, its fields and what is known of each out - found freely, on a form, or on a cheque.

use image::GrayImage;

use super::{Layout, Pipeline};
use crate::clean::{self, CleanPage, Upright};
use crate::consistency::{self, CompiledRule, RuleFault};
use crate::form::cheque::{self, Strip};
use crate::form::registration::{self, Outcome, Reference};
use crate::form::{self, Form, Shape};
use crate::geometry::{Rect, Transform};
use crate::number::Number;
use crate::scan::{Page, Pixels};
use crate::stopwatch::Stage;
use crate::template::{DateOrder, DropOut, FieldKind, FieldSpec, Template};

/// A form that pages may be copies of.
#[derive(Clone, Debug)]
pub struct KnownForm {
    template: Template,
    reference: Reference,
    rules: Vec<CompiledRule>,
}

impl KnownForm {
    /// A form from its template and the picture of the blank form, where the template names one.
    ///
    /// # Errors
    /// What is wrong with the template's rules.
    pub fn new(template: Template, picture: Option<Page>) -> Result<Self, Vec<RuleFault>> {
        let rules = consistency::compile(&template)?;
        let stated = |page: Page| Page { dpi: Some(template.dpi), ..page };
        let picture = picture.map(|page| clean::clean(stated(page), Upright::Keep));
        let reference = Reference::of(&template, picture.as_ref());
        Ok(Self { template, reference, rules })
    }

    /// Where the form lies on a page: from pixels of the reference to those of the page; `None` where the page is no copy of it.
    pub fn find_on(&self, page: Page) -> Option<Transform> {
        let page = clean::clean(page, Upright::Measure);
        match registration::register(&page, &[&self.reference]) {
            Outcome::Fits(_, registration) => Some(registration.to_page.then(&page.to_scan)),
            Outcome::FitsNone(_) => None,
        }
    }

    /// What must hold between its fields.
    pub fn rules(&self) -> &[CompiledRule] {
        &self.rules
    }
}

/// A page with its places to read.
pub(super) struct Placed<'a> {
    pub form: Form,
    /// What a template says of each field; empty where there is none.
    pub specs: Vec<FieldSpec>,
    /// What must hold between the fields.
    pub rules: &'a [CompiledRule],
    /// The magnetic-ink line of a cheque.
    pub strip: Option<Strip>,
}

impl Placed<'_> {
    fn free(form: Form) -> Self {
        Self { form, specs: Vec::new(), rules: &[], strip: None }
    }
}

impl Pipeline {
    /// Cleans a page and finds its places to read; a page that is no copy of any form that is known gives the number that says so.
    pub(super) fn place(&self, page: Page) -> Result<Placed<'_>, Box<Number>> {
        match self.settings.layout {
            Layout::Page if !self.forms.is_empty() => self.place_on_form(page),
            Layout::Page if self.settings.cheque => {
                let page = self.cleaned(page, Upright::Deskew);
                Ok(self.stopwatch.measure(Stage::Form, || place_on_cheque(page)))
            }
            Layout::Page => {
                let page = self.cleaned(page, Upright::Deskew);
                Ok(Placed::free(self.stopwatch.measure(Stage::Form, || form::find(page))))
            }
            Layout::Line | Layout::Digit | Layout::Micr => {
                let page = self.cleaned(page, Upright::Keep);
                Ok(Placed::free(self.stopwatch.measure(Stage::Form, || form::whole(page))))
            }
        }
    }

    /// Cleans a page.
    pub(super) fn cleaned(&self, page: Page, upright: Upright) -> CleanPage {
        self.stopwatch.measure(Stage::Clean, || clean::clean(page, upright))
    }

    fn place_on_form(&self, page: Page) -> Result<Placed<'_>, Box<Number>> {
        let colours = self.colours_of(&page);
        let page = self.cleaned(page, Upright::Measure);
        let references: Vec<&Reference> = self.forms.iter().map(|form| &form.reference).collect();
        match self.stopwatch.measure(Stage::Form, || registration::register(&page, &references)) {
            Outcome::Fits(index, registration) => {
                let KnownForm { template, reference, rules } = &self.forms[index];
                let place = |page| {
                    self.stopwatch.measure(Stage::Form, || form::place(page, template, reference, &registration))
                };
                let mut form = place(page);
                for colour in [DropOut::Red, DropOut::Green, DropOut::Blue] {
                    let is_dropped = |place: &usize| template.fields[*place].drop_out == Some(colour);
                    let places: Vec<usize> = (0..template.fields.len()).filter(is_dropped).collect();
                    let Some(pixels) = colours.as_ref().filter(|_| !places.is_empty()) else { continue };
                    let without = self.cleaned(one_colour(pixels, colour), Upright::Keep);
                    form.take_fields(&place(without), &places);
                }
                Ok(Placed { form, specs: template.fields.clone(), rules, strip: None })
            }
            Outcome::FitsNone(_) => {
                let whole = Rect::new(0, 0, page.ink.width() as i32, page.ink.height() as i32);
                Err(Box::new(Number::unplaced(page.to_scan.apply_to_rect(&whole))))
            }
        }
    }
}

impl Pipeline {
    /// The pixels of a page in colour, where a form asks for a colour to be left out.
    fn colours_of(&self, page: &Page) -> Option<Page> {
        let asks = |form: &KnownForm| form.template.fields.iter().any(|spec| spec.drop_out.is_some());
        (matches!(page.pixels, Pixels::Colour(_)) && self.forms.iter().any(asks)).then(|| page.clone())
    }
}

/// A page as light of one colour shows it: print of that colour is as light as the paper.
fn one_colour(page: &Page, colour: DropOut) -> Page {
    let channel = match colour {
        DropOut::Red => 0,
        DropOut::Green => 1,
        DropOut::Blue => 2,
    };
    let pixels = match &page.pixels {
        Pixels::Grey(grey) => Pixels::Grey(grey.clone()),
        Pixels::Colour(colours) => {
            let of_channel = colours.pixels().map(|pixel| pixel.0[channel]).collect();
            Pixels::Grey(GrayImage::from_raw(colours.width(), colours.height(), of_channel).unwrap_or_default())
        }
    };
    Page { pixels, ..*page }
}

/// Finds the amount, the date and the magnetic-ink line of a cheque.
fn place_on_cheque(page: CleanPage) -> Placed<'static> {
    let cheque = cheque::find(page);
    // Boxes for the date, as Indian cheques have them, take day, month and year; a line, as on American ones, begins with the month.
    let kind_of = |field: &form::Field, name: &str| match field.shape {
        _ if name == cheque::AMOUNT => FieldKind::Amount,
        Shape::Comb(_) => FieldKind::Date(DateOrder::DayMonthYear),
        _ => FieldKind::Date(DateOrder::MonthDayYear),
    };
    let spec = |(field, name): (&form::Field, &&str)| FieldSpec {
        required: *name == cheque::AMOUNT,
        ..FieldSpec::new(*name, field.bounds, kind_of(field, name))
    };
    let specs = cheque.form.fields.iter().zip(&cheque.names).map(spec).collect();
    Placed { form: cheque.form, specs, rules: &[], strip: cheque.strip }
}
