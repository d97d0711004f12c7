package io.diffusion4j.diffusion.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Just enough of the safetensors format to read float32 golden values without a checkpoint reader.
 */
final class GoldenTensors {
  private final ByteBuffer file;
  private final String header;

  GoldenTensors(String resource) throws IOException {
    try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(resource))) {
      file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
    header = new String(file.array(), 8, (int) file.getLong(0), StandardCharsets.UTF_8);
  }

  /** The images of a float32 tensor {@code [B, 3, H, W]}. */
  Image image(String name, int index) {
    Matcher entry =
        Pattern.compile(
                "\""
                    + Pattern.quote(name)
                    + "\":\\{\"dtype\":\"F32\",\"shape\":\\[\\d+,3,(\\d+),(\\d+)],"
                    + "\"data_offsets\":\\[(\\d+),")
            .matcher(header.replace(" ", ""));
    if (!entry.find()) {
      throw new IllegalArgumentException("tensor: " + name + " (expected: one of " + header + ")");
    }
    int height = Integer.parseInt(entry.group(1));
    int width = Integer.parseInt(entry.group(2));
    int plane = height * width;
    int begin = (int) (8 + file.getLong(0)) + Integer.parseInt(entry.group(3)) + 12 * index * plane;
    float[] pixels = new float[3 * plane];
    for (int i = 0; i < plane; i++) {
      for (int c = 0; c < 3; c++) {
        pixels[3 * i + c] = file.getFloat(begin + 4 * (c * plane + i));
      }
    }
    return new Image(width, height, pixels);
  }
}
