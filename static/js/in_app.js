// Inside WeChat, QQ, Weibo and Douyin: #in-app says that a browser does better, and how to get there. The address carries the click.
const isInApp = /MicroMessenger|\bQQ\/|Weibo|aweme/i.test(navigator.userAgent);
const hint = document.getElementById("in-app");
if (hint && isInApp) hint.hidden = false;
