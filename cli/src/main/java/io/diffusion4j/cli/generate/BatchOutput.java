package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * Where the images of a batch go.
 *
 * @param files the PNG files
 * @param options what else is written
 * @param out where it is told
 */
record BatchOutput(PngFiles files, BatchOptions options, PrintWriter out) {
  /**
   * Writes the images.
   *
   * @param source where their randomness comes from, in words
   * @param times what took how long, in words
   */
  void write(List<Image> images, String source, String times) throws IOException {
    options.writeRaw(images);
    for (int i = 0; i < images.size(); i++) {
      Image image = images.get(i);
      out.printf(
          "%s: %d×%d pixels, %s%n",
          files.write(i, Png.encode(image, Map.of())), image.width(), image.height(), source);
    }
    files.writeSheet().ifPresent(out::println);
    out.println(times);
    out.flush();
  }
}
