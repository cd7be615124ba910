/* The follow-up code: save it as a picture, share it. Both need a script; copying is in app.js. */
(function () {
  "use strict";
  function picture(button) {
    var canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    var look = getComputedStyle(document.documentElement);
    canvas.width = 900; canvas.height = 420;
    pen.fillStyle = look.getPropertyValue("--paper"); pen.fillRect(0, 0, 900, 420);
    pen.fillStyle = look.getPropertyValue("--paper-ink");
    pen.textAlign = "center";
    pen.font = "36px " + getComputedStyle(document.body).fontFamily;
    pen.fillText(document.title, 450, 120);
    pen.font = "600 96px " + getComputedStyle(document.body).fontFamily;
    pen.fillText(button.dataset.savePicture, 450, 250);
    pen.font = "30px " + getComputedStyle(document.body).fontFamily;
    pen.fillText(location.host + "/follow/", 450, 340);
    canvas.toBlob(function (blob) {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = button.dataset.savePicture.replace(/ /g, "") + ".png";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
  }
  document.querySelectorAll("[data-save-picture]").forEach(function (button) {
    button.addEventListener("click", function () { picture(button); });
  });
  if (navigator.share) {
    document.querySelectorAll("[data-share]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.share({ title: document.title, url: button.dataset.share || location.href }).catch(function () { /* The person closed it. */ });
      });
    });
  }
})();
