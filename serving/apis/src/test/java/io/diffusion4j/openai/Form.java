package io.diffusion4j.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** A form with files, as browsers and curl send it. */
final class Form {
  static final String TYPE = "multipart/form-data; boundary=edge";

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  Form value(String name, String value) {
    return part("name=\"" + name + "\"", value.getBytes(UTF_8));
  }

  Form file(String name, byte[] content) {
    return part(
        "name=\"" + name + "\"; filename=\"" + name + ".png\"\r\nContent-Type: image/png", content);
  }

  private Form part(String head, byte[] content) {
    text("--edge\r\nContent-Disposition: form-data; " + head + "\r\n\r\n");
    body.writeBytes(content);
    text("\r\n");
    return this;
  }

  private void text(String text) {
    body.writeBytes(text.getBytes(UTF_8));
  }

  byte[] bytes() {
    var whole = new ByteArrayOutputStream();
    whole.writeBytes(body.toByteArray());
    whole.writeBytes("--edge--\r\n".getBytes(UTF_8));
    return whole.toByteArray();
  }
}
