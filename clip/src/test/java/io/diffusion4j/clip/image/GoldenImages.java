package io.diffusion4j.clip.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.diffusion.image.Rgb8;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** An image and what CLIP should see of it, out of a safetensors file. */
final class GoldenImages {
  private static final int LENGTH_BYTES = 8;

  private final ByteBuffer file;
  private final JsonNode header;
  private final int data;

  GoldenImages(String folder) throws IOException {
    String resource = "/golden/images/" + folder + "/io.safetensors";
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(resource))) {
      file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
    int headerLength = (int) file.getLong(0);
    header = new ObjectMapper().readTree(file.array(), LENGTH_BYTES, headerLength);
    data = LENGTH_BYTES + headerLength;
  }

  /** The bytes {@code [H, W, 3]}. */
  Rgb8 image() {
    JsonNode entry = header.get("in.image");
    byte[] pixels = new byte[size(entry)];
    file.get(begin(entry), pixels);
    return new Rgb8(
        entry.get("shape").get(1).intValue(), entry.get("shape").get(0).intValue(), pixels);
  }

  /** The values expected, from {@code [3, H, W]} to {@code [H, W, 3]}. */
  float[] expected() {
    JsonNode entry = header.get("out.pixel_values");
    float[] pixels = new float[size(entry)];
    int plane = pixels.length / 3;
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = file.getFloat(begin(entry) + Float.BYTES * ((i % 3) * plane + i / 3));
    }
    return pixels;
  }

  private int begin(JsonNode entry) {
    return data + entry.get("data_offsets").get(0).intValue();
  }

  private static int size(JsonNode entry) {
    int size = 1;
    for (JsonNode axis : entry.get("shape")) {
      size *= axis.intValue();
    }
    return size;
  }
}
