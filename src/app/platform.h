// The live platform's parts put together, and requests brought to them: see app::Platform.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/address_limiter.h"
#include "app/app.h"
#include "app/channels/assets.h"
#include "app/channels/channels.h"
#include "app/core/feed.h"
#include "app/core/live_board.h"
#include "app/core/parts.h"
#include "app/core/router.h"
#include "app/letters/notifier.h"
#include "app/letters/oidc.h"
#include "app/letters/post.h"
#include "app/overlays/overlays.h"
#include "app/people/accounts.h"
#include "app/products/products.h"
#include "app/talk/chat_minder.h"
#include "base/guarded.h"

namespace app {

class PlatformService final : public Platform {
 public:
  PlatformService(PlatformSettings settings, io::SqlWorkers& sql, control::Control& control,
                  io::Loop& home);
  ~PlatformService() override;
  base::Expected<void> set_up(io::SqlDatabase& database);

  void start(IngestPorts ingest) override;
  bool handles(const wire::http::Request& request) const override;
  std::size_t body_limit(const wire::http::Request& head, std::size_t usual) const override;
  void handle(PlatformRequest request, Reply reply) override;
  bool is_feed(const wire::http::Request& request) const override;
  void open_feed(
      PlatformRequest request,
      std::move_only_function<void(std::expected<FeedGrant, wire::http::Response>)> done) override;
  std::unique_ptr<PlatformFeed> feed(io::Loop& loop) override { return feed_.feed(loop); }
  const std::optional<FirstAdministrator>& first_administrator() const override {
    return accounts_->first_administrator();
  }

 private:
  struct Asked;
  void run(std::shared_ptr<Asked> asked, io::SqlConnection& sql);
  bool is_one_too_many(io::SqlConnection& sql) const;
  Outcome<Call> admit(Asked& asked, io::SqlConnection& sql);
  std::expected<FeedGrant, wire::http::Response> grant_feed(const PlatformRequest& request,
                                                            io::SqlConnection& sql);

  const PlatformSettings settings_;
  io::SqlWorkers& sql_;
  control::Control& control_;
  io::Loop& home_;
  FeedHub feed_;
  LiveBoard live_;
  Router router_;
  base::Guarded<AddressLimiter> limiter_;
  std::unique_ptr<io::SqlCrew> quick_;
  std::unique_ptr<io::SqlCrew> slow_;
  std::optional<Parts> parts_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<Post> post_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<Oidc> oidc_;
  std::unique_ptr<Assets> assets_;
  std::unique_ptr<Channels> channels_;
  std::unique_ptr<ChatMinder> chat_;
  std::unique_ptr<Overlays> overlays_;
  std::unique_ptr<Products> products_;
};

}  // namespace app
