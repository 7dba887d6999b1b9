package telegram

import (
	"context"
	"strings"
)

// method is a served method with the names of its parameters.
type method struct {
	params []string
	do     func(*Server, context.Context, *params) (any, *failure)
}

// plain adapts a method that does not wait.
func plain(do func(*Server, *params) (any, *failure)) func(*Server, context.Context, *params) (any, *failure) {
	return func(s *Server, _ context.Context, p *params) (any, *failure) { return do(s, p) }
}

// The parameters of the families of methods, as the Bot API 10.1 names them.
const (
	sendParams = "business_connection_id chat_id message_thread_id direct_messages_topic_id disable_notification " +
		"protect_content allow_paid_broadcast message_effect_id suggested_post_parameters reply_parameters reply_markup"
	editParams    = "business_connection_id chat_id message_id inline_message_id reply_markup"
	textParams    = "text parse_mode entities link_preview_options"
	captionParams = "caption parse_mode caption_entities show_caption_above_media"
)

func names(lists ...string) []string { return strings.Fields(strings.Join(lists, " ")) }

// methods are the methods served.
var methods = map[string]method{
	"getMe":          {nil, plain((*Server).getMe)},
	"getUpdates":     {names("offset limit timeout allowed_updates"), (*Server).getUpdates},
	"deleteWebhook":  {names("drop_pending_updates"), plain((*Server).deleteWebhook)},
	"getWebhookInfo": {nil, plain((*Server).getWebhookInfo)},

	"sendMessage":    {names(sendParams, textParams), plain((*Server).sendMessage)},
	"sendPhoto":      {names(sendParams, captionParams, "photo has_spoiler"), plain((*Server).sendPhoto)},
	"sendDocument":   {names(sendParams, captionParams, "document thumbnail disable_content_type_detection"), plain((*Server).sendDocument)},
	"sendChatAction": {names("business_connection_id chat_id message_thread_id action"), plain((*Server).sendChatAction)},

	"editMessageText":        {names(editParams, textParams, "rich_message"), plain((*Server).editMessageText)},
	"editMessageCaption":     {names(editParams, captionParams), plain((*Server).editMessageCaption)},
	"editMessageMedia":       {names(editParams, "media"), plain((*Server).editMessageMedia)},
	"editMessageReplyMarkup": {names(editParams), plain((*Server).editMessageReplyMarkup)},
	"deleteMessage":          {names("chat_id message_id"), plain((*Server).deleteMessage)},
	"deleteMessages":         {names("chat_id message_ids"), plain((*Server).deleteMessages)},
	"pinChatMessage":         {names("business_connection_id chat_id message_id disable_notification"), plain((*Server).pinChatMessage)},

	"answerCallbackQuery": {names("callback_query_id text show_alert url cache_time"), plain((*Server).answerCallbackQuery)},

	"setMyCommands":         {names("commands scope language_code"), plain((*Server).setMyCommands)},
	"deleteMyCommands":      {names("scope language_code"), plain((*Server).deleteMyCommands)},
	"getMyCommands":         {names("scope language_code"), plain((*Server).getMyCommands)},
	"setMyDescription":      {names("description language_code"), plain((*Server).setMyDescription)},
	"setMyShortDescription": {names("short_description language_code"), plain((*Server).setMyShortDescription)},
	"setChatMenuButton":     {names("chat_id menu_button"), plain((*Server).setChatMenuButton)},

	"getChat":               {names("chat_id"), plain((*Server).getChat)},
	"getChatAdministrators": {names("chat_id return_bots"), plain((*Server).getChatAdministrators)},
	"getFile":               {names("file_id"), plain((*Server).getFile)},
}

// otherMethods are the methods of the Bot API 10.1 that this server does not serve: a call is noted as such.
var otherMethods = names(`
	setWebhook logOut close forwardMessage forwardMessages copyMessage copyMessages sendLivePhoto sendAudio
	sendVideo sendAnimation sendVoice sendVideoNote sendPaidMedia sendMediaGroup sendLocation sendVenue sendContact
	sendPoll sendChecklist sendDice sendMessageDraft setMessageReaction getUserProfilePhotos getUserProfileAudios
	setUserEmojiStatus banChatMember unbanChatMember restrictChatMember promoteChatMember
	setChatAdministratorCustomTitle setChatMemberTag banChatSenderChat unbanChatSenderChat setChatPermissions
	exportChatInviteLink createChatInviteLink editChatInviteLink createChatSubscriptionInviteLink
	editChatSubscriptionInviteLink revokeChatInviteLink approveChatJoinRequest declineChatJoinRequest
	answerChatJoinRequestQuery sendChatJoinRequestWebApp setChatPhoto deleteChatPhoto setChatTitle
	setChatDescription unpinChatMessage unpinAllChatMessages leaveChat getChatMemberCount
	getChatMember getUserPersonalChatMessages setChatStickerSet deleteChatStickerSet getForumTopicIconStickers
	createForumTopic editForumTopic closeForumTopic reopenForumTopic deleteForumTopic unpinAllForumTopicMessages
	editGeneralForumTopic closeGeneralForumTopic reopenGeneralForumTopic hideGeneralForumTopic
	unhideGeneralForumTopic unpinAllGeneralForumTopicMessages answerGuestQuery getUserChatBoosts
	getBusinessConnection getManagedBotToken replaceManagedBotToken getManagedBotAccessSettings
	setManagedBotAccessSettings setMyName getMyName getMyDescription getMyShortDescription setMyProfilePhoto
	removeMyProfilePhoto getChatMenuButton setMyDefaultAdministratorRights getMyDefaultAdministratorRights
	getAvailableGifts sendGift giftPremiumSubscription verifyUser verifyChat removeUserVerification
	removeChatVerification readBusinessMessage deleteBusinessMessages setBusinessAccountName
	setBusinessAccountUsername setBusinessAccountBio setBusinessAccountProfilePhoto
	removeBusinessAccountProfilePhoto setBusinessAccountGiftSettings getBusinessAccountStarBalance
	transferBusinessAccountStars getBusinessAccountGifts getUserGifts getChatGifts convertGiftToStars upgradeGift
	transferGift postStory repostStory editStory deleteStory answerWebAppQuery savePreparedInlineMessage
	savePreparedKeyboardButton editMessageLiveLocation stopMessageLiveLocation editMessageChecklist stopPoll
	approveSuggestedPost declineSuggestedPost deleteMessageReaction deleteAllMessageReactions sendSticker
	getStickerSet getCustomEmojiStickers uploadStickerFile createNewStickerSet addStickerToSet
	setStickerPositionInSet deleteStickerFromSet replaceStickerInSet setStickerEmojiList setStickerKeywords
	setStickerMaskPosition setStickerSetTitle setStickerSetThumbnail setCustomEmojiStickerSetThumbnail
	deleteStickerSet sendRichMessage sendRichMessageDraft answerInlineQuery sendInvoice createInvoiceLink
	answerShippingQuery answerPreCheckoutQuery getMyStarBalance getStarTransactions refundStarPayment
	editUserStarSubscription setPassportDataErrors sendGame setGameScore getGameHighScores
`)

// spellings maps the lower-case name of every method to its true one, since Telegram does not mind the case.
var spellings = func() map[string]string {
	all := map[string]string{}
	for name := range methods {
		all[strings.ToLower(name)] = name
	}
	for _, name := range otherMethods {
		all[strings.ToLower(name)] = name
	}
	return all
}()

func canonical(name string) string {
	if known, ok := spellings[strings.ToLower(name)]; ok {
		return known
	}
	return name
}
