#include "io/tls.h"

#include <gtest/gtest.h>

#include "io/io_test_support.h"

namespace io {
namespace {

using test::drive;
using test::Peer;

struct Handshake {
  Peer client;
  Peer server;
};

/// Runs a handshake until both sides know how it went.
void shake_hands(Loop& loop, const TlsContext& server, const TlsContext& client,
                 const std::string& host, Handshake& out) {
  auto sockets = test::connect_pair(loop);
  out.client.connection =
      Connection::tls_client(loop, std::move(sockets.client), client, host, out.client);
  out.server.connection =
      Connection::tls_server(loop, std::move(sockets.server), server, out.server);
  ASSERT_TRUE(drive(loop, [&] {
    return out.client.secured + out.client.closed > 0 && out.server.secured + out.server.closed > 0;
  }));
}

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    const std::vector<std::string> hosts{"live.example.org", "192.0.2.7"};
    auto pem = make_development_certificate(hosts);
    ASSERT_TRUE(pem) << pem.error().message;
    pem_ = *pem;
  }
  std::unique_ptr<TlsContext> server(std::vector<std::string> alpn = {"h2", "http/1.1"}) {
    return std::move(*TlsContext::server(pem_, {.alpn = std::move(alpn)}));
  }
  std::unique_ptr<TlsContext> client(std::vector<std::string> alpn) {
    return std::move(*TlsContext::client({.alpn = std::move(alpn), .trusted = pem_.certificate}));
  }
  Loop loop_;
  PemPair pem_;
};

TEST_F(Tls, DevelopmentCertificateIsGoodForItsHostsOnly) {
  const auto ours = server();
  const auto theirs = client({});
  for (const auto& [host, good] :
       std::vector<std::pair<std::string, bool>>{{"localhost", true},
                                                 {"127.0.0.1", true},
                                                 {"::1", true},
                                                 {"live.example.org", true},
                                                 {"192.0.2.7", true},
                                                 {"other.example.org", false},
                                                 {"192.0.2.8", false}}) {
    SCOPED_TRACE(host);
    Handshake result;
    shake_hands(loop_, *ours, *theirs, host, result);
    EXPECT_EQ(result.client.secured, good ? 1 : 0);
    if (!good) {
      EXPECT_NE(result.client.error.message.find("certificate"), std::string::npos);
    }
  }
}

TEST_F(Tls, UnknownAuthorityIsRefusedUnlessVerificationIsOff) {
  const auto ours = server();
  const auto strict = std::move(*TlsContext::client({}));
  const auto lax = std::move(*TlsContext::client({.verify = false}));
  Handshake refused;
  shake_hands(loop_, *ours, *strict, "localhost", refused);
  EXPECT_EQ(refused.client.closed, 1);
  Handshake accepted;
  shake_hands(loop_, *ours, *lax, "whatever", accepted);
  EXPECT_EQ(accepted.client.secured, 1);
}

TEST_F(Tls, ProtocolIsChosenInTheServersOrder) {
  const auto ours = server();
  struct Row {
    std::vector<std::string> offered;
    std::optional<std::string> chosen;
  };
  for (const Row& row : std::vector<Row>{{{"http/1.1", "h2"}, "h2"},
                                         {{"http/1.1"}, "http/1.1"},
                                         {{}, ""},
                                         {{"spdy/1"}, std::nullopt}}) {
    Handshake result;
    shake_hands(loop_, *ours, *client(row.offered), "localhost", result);
    ASSERT_EQ(result.client.secured == 1, row.chosen.has_value());
    if (row.chosen) {
      EXPECT_EQ(result.client.connection->tls()->protocol, *row.chosen);
      EXPECT_EQ(result.server.connection->tls()->protocol, *row.chosen);
    }
  }
}

TEST_F(Tls, ReloadServesTheNewCertificateAndKeepsTheOldOneOnError) {
  const auto ours = server();
  const auto trusts_old = client({});
  EXPECT_FALSE(ours->reload({"nonsense", pem_.private_key}));
  Handshake before;
  shake_hands(loop_, *ours, *trusts_old, "localhost", before);
  EXPECT_EQ(before.client.secured, 1);

  pem_ = *make_development_certificate({});
  ASSERT_TRUE(ours->reload(pem_));
  Handshake with_old_trust;
  shake_hands(loop_, *ours, *trusts_old, "localhost", with_old_trust);
  EXPECT_EQ(with_old_trust.client.secured, 0);
  Handshake with_new_trust;
  shake_hands(loop_, *ours, *client({}), "localhost", with_new_trust);
  EXPECT_EQ(with_new_trust.client.secured, 1);
  // Connections made before go on.
  before.client.connection->write(test::slice("still here"));
  EXPECT_TRUE(drive(loop_, [&] { return before.server.received == "still here"; }));
}

TEST_F(Tls, BadPemIsAnErrorThatSaysWhat) {
  const auto other = make_development_certificate({});
  for (const PemPair& pem :
       {PemPair{"", ""}, PemPair{"garbage", pem_.private_key}, PemPair{pem_.certificate, ""},
        PemPair{pem_.certificate, other->private_key}}) {
    const auto context = TlsContext::server(pem, {});
    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().code, base::ErrorCode::kInvalid);
    EXPECT_EQ(context.error().message.find("TLS "), 0U) << context.error().message;
  }
  EXPECT_FALSE(TlsContext::client({.trusted = "garbage"}));
  const std::vector<std::string> bad_host{"a b"};
  EXPECT_FALSE(make_development_certificate(bad_host));
}

}  // namespace
}  // namespace io
