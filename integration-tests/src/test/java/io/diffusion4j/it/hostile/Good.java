package io.diffusion4j.it.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.Map;

/**
 * A valid HTTP request.
 *
 * @param method its method
 * @param path its path; {@code %s} stands for a text that a hostile client chooses
 * @param type the content type; empty without a body
 * @param body the body
 * @param session the session of the Model Context Protocol; empty for none
 */
record Good(String method, String path, String type, byte[] body, String session) {
  private static final int SIDE = 16;
  private static final byte[] PICTURE =
      Png.encode(new Image(SIDE, SIDE, new float[3 * SIDE * SIDE]), Map.of());

  static Good get(String path) {
    return new Good("GET", path, "", new byte[0], "");
  }

  /** A request with JSON, in which {@code '} stands for {@code "}. */
  static Good json(String method, String path, String body) {
    return new Good(method, path, "application/json", body.replace('\'', '"').getBytes(UTF_8), "");
  }

  static Good json(String path, String body) {
    return json("POST", path, body);
  }

  /** A form with a picture and a prompt. */
  static Good form(String path) {
    var form = new ByteArrayOutputStream();
    String head = "--edge\r\nContent-Disposition: form-data; name=\"";
    form.writeBytes((head + "prompt\"\r\n\r\na cat\r\n").getBytes(UTF_8));
    form.writeBytes(
        (head + "image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n").getBytes(UTF_8));
    form.writeBytes(PICTURE);
    form.writeBytes("\r\n--edge--\r\n".getBytes(UTF_8));
    return new Good("POST", path, "multipart/form-data; boundary=edge", form.toByteArray(), "");
  }

  Good withSession(String id) {
    return new Good(method, path, type, body, id);
  }

  /** A picture in Base64. */
  static String picture() {
    return Base64.getEncoder().encodeToString(PICTURE);
  }
}
