//! The first page and its samples.

use super::samples::SAMPLES;
use crate::web::store::users::Role;
use crate::web::testing::{Client, Site};

/// Bytes of an answer.
async fn weight(client: &Client<'_>, path: &str) -> usize {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.bytes.len()
}

#[tokio::test]
async fn the_first_page_with_all_that_it_loads_stays_below_100_kb() {
    let site = Site::open("");
    let client = site.client();
    let page = client.get("/").await.text();
    let mut sum = page.len();
    let mut addresses: Vec<&str> = [" src=\"", "<link rel=\"stylesheet\" href=\"", "<link rel=\"icon\" href=\""]
        .iter()
        .flat_map(|before| page.split(before).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    assert!(addresses.len() >= SAMPLES.len() + 3, "{addresses:?}");
    for address in addresses {
        sum += weight(&client, address).await;
    }
    assert!(sum < 100_000, "{sum} bytes");
}

#[tokio::test]
async fn a_sample_is_read_with_one_click() {
    let site = Site::open("");
    site.app.runner.start(&site.app).expect("threads");
    let client = site.client();
    assert!(client.get("/").await.text().contains("action=\"/samples/cheque-1.png\""));
    let answer = client.post("/samples/cheque-1.png", &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let result = client.get(answer.location()).await.text();
    assert!(result.contains("cheque-1.png") && result.contains("class=\"number-card"), "{result}");
    assert_eq!(client.post("/samples/other.png", &[]).await.status, 404);
}

#[tokio::test]
async fn whoever_is_not_logged_in_sees_what_it_is_and_how_to_come_in() {
    let site = Site::open("--accounts");
    let page = site.client().get("/").await.text();
    assert!(page.contains("href=\"/login\"") && page.contains("href=\"/register\""), "{page}");
    assert!(!page.contains("action=\"/samples/") && page.contains("/samples/cheque-1.png/thumbnail"), "{page}");
    assert_eq!(site.client().post("/samples/cheque-1.png", &[]).await.location(), "/login?next=%2F");
    let reader = site.person("ann@example.org", Role::Reader).get("/").await.text();
    assert!(!reader.contains("action=\"/samples/"), "{reader}");
}
