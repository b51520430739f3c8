// What texts settings accept.
#pragma once

#include "server/config_table.h"

namespace server {

extern const TextRule kNotEmpty;
extern const TextRule kAccountId;
extern const TextRule kRegion;
extern const TextRule kPublicUrl;
extern const TextRule kDatabaseUrl;
extern const TextRule kNatsUrl;
extern const TextRule kPathPrefix;
extern const TextRule kTargetUrl;
extern const TextRule kRuleName;
extern const TextRule kWebhookSecret;
extern const TextRule kChannelId;
extern const TextRule kChannelName;
extern const TextRule kStreamKey;
extern const TextRule kPassphrase;
extern const TextRule kWebUrl;
extern const TextRule kWebUrlOrEmpty;
extern const TextRule kFunctionName;
extern const TextRule kCodecName;
extern const TextRule kProxies;
extern const TextRule kShortText;
extern const TextRule kLine;
extern const TextRule kColour;
extern const TextRule kList;
extern const TextRule kPushContact;
extern const TextRule kMailUrl;
extern const TextRule kProviderId;
extern const TextRule kIssuer;

}  // namespace server
