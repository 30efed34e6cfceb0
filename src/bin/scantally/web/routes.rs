//! The route table: every address that the server answers, with who may use it and how much it takes; the router is made of it, so that no
//! route goes without.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};

use crate::web::access::{self, Access};
use crate::web::app::App;
use crate::web::security::guard::MOST_FORM_BYTES;
use crate::web::{account, api, assets, dashboard, draw, home, jobs, reading, review, templates};

/// One route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: Method,
    /// As axum writes it: `/jobs/{job}`.
    pub path: &'static str,
    pub access: Access,
}

/// How much a request may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A form or a small document.
    Small,
    /// Scans.
    Upload,
}

/// Routes, as they are put together.
pub struct RouteTable {
    app: App,
    router: Router<App>,
    routes: Vec<Route>,
}

impl RouteTable {
    /// All routes.
    pub fn of(app: &App) -> Self {
        let empty = Self { app: app.clone(), router: Router::new(), routes: Vec::new() };
        let areas = [
            assets::routes,
            home::routes,
            reading::routes,
            draw::routes,
            jobs::routes,
            templates::routes,
            review::routes,
            account::routes,
            dashboard::routes,
            api::routes,
        ];
        areas.iter().fold(empty, |table, add| add(table))
    }

    /// Adds a GET route.
    pub fn get<H: Handler<T, App>, T: 'static>(self, path: &'static str, access: Access, handler: H) -> Self {
        self.add(Method::GET, path, access, Body::Small, handler)
    }

    /// Adds a POST route that takes a form or a small document.
    pub fn post<H: Handler<T, App>, T: 'static>(self, path: &'static str, access: Access, handler: H) -> Self {
        self.add(Method::POST, path, access, Body::Small, handler)
    }

    /// Adds a route.
    pub fn add<H: Handler<T, App>, T: 'static>(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        body: Body,
        handler: H,
    ) -> Self {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        let most_bytes = match body {
            Body::Small => MOST_FORM_BYTES,
            Body::Upload => self.app.settings.limits.bytes,
        };
        let route = on(filter, handler)
            .route_layer(DefaultBodyLimit::max(most_bytes))
            .route_layer(from_fn_with_state((self.app.clone(), access), access::check));
        self.router = self.router.route(path, route);
        self.routes.push(Route { method, path, access });
        self
    }

    /// The routes.
    #[cfg(test)]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The router of these routes.
    pub fn into_router(self) -> Router<App> {
        self.router
    }
}
