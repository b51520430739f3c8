#include "app/products/amazon_products.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/products/amazon_wire.h"
#include "base/log.h"
#include "io/fetch.h"
#include "io/loop.h"

namespace app {
namespace {

std::unexpected<Refusal> too_often() {
  Refusal refusal{429, "TooManyRequests", "The shop is asked too often. Try again in a moment."};
  refusal.retry_after = 3;
  return std::unexpected(std::move(refusal));
}

}  // namespace

AmazonProducts::AmazonProducts(Parts& parts, const AmazonLocale& locale)
    : parts_(parts),
      locale_(locale),
      timer_(parts.home),
      self_(std::make_shared<AmazonProducts*>(this)) {}

AmazonProducts::~AmazonProducts() = default;

void AmazonProducts::search(ShopQuery query, Done done) {
  const base::MonotonicTime now = io::Loop::precise_now();
  auto known = known_.with([&](std::deque<Known>& list) -> std::optional<ShopPage> {
    std::erase_if(list, [&](const Known& entry) { return entry.until <= now; });
    const auto found = std::ranges::find(list, query, &Known::query);
    return found == list.end() ? std::nullopt : std::optional(found->page);
  });
  if (known) return done(std::move(*known));
  auto job = std::make_shared<Job>(std::move(query), std::move(done));
  parts_.home.post([weak = std::weak_ptr(self_), job] {
    if (const auto alive = weak.lock()) (*alive)->enqueue(job);
  });
}

void AmazonProducts::enqueue(std::shared_ptr<Job> job) {
  if (waiting_.size() >= kMaxWaiting) return job->done(too_often());
  waiting_.push_back(std::move(job));
  if (waiting_.size() == 1) next();
}

void AmazonProducts::next() {
  if (waiting_.empty()) return;
  const base::MonotonicTime now = io::Loop::precise_now();
  if (now < free_at_) {
    timer_.start_at(free_at_, [this] { next(); });
    return;
  }
  free_at_ = now + kPause;
  const std::shared_ptr<Job> job = std::move(waiting_.front());
  waiting_.pop_front();
  if (!parts_.slow.give([this, job](io::SqlConnection&) { run(*job); })) job->done(too_often());
  if (!waiting_.empty()) timer_.start_at(free_at_, [this] { next(); });
}

void AmazonProducts::slow_down() {
  parts_.home.post([weak = std::weak_ptr(self_)] {
    const auto alive = weak.lock();
    if (alive) (*alive)->free_at_ = io::Loop::precise_now() + 2 * kPause;
  });
}

void AmazonProducts::run(Job& job) {
  const AmazonProductSettings& settings = parts_.settings.amazon;
  auto request = amazon_request(settings, locale_, job.query, io::Loop::wall_now());
  if (!request) return job.done(broken(request.error()));
  auto answer = io::fetch(*request);
  if (!answer) {
    base::log_warn("products: Amazon was not reached", {{"reason", answer.error().message}});
    return job.done(refuse(502, "Shop", "The shop cannot be reached. Try again later."));
  }
  auto page = read_amazon_answer(answer->status, answer->body, amazon_tag(settings));
  if (page) {
    known_.with([&](std::deque<Known>& list) {
      if (list.size() >= kMaxRemembered) list.pop_front();
      list.push_back({job.query, *page, io::Loop::precise_now() + kRemembered});
    });
  } else if (page.error().status == 429) {
    slow_down();
  }
  job.done(std::move(page));
}

}  // namespace app
