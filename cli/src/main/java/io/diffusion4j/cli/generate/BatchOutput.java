package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

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
   * @param file the file of an image
   * @param source where the randomness of an image comes from, in words
   * @param times what took how long, in words
   */
  void write(List<Image> images, IntFunction<byte[]> file, IntFunction<String> source, String times)
      throws IOException {
    options.writeRaw(images);
    for (int i = 0; i < images.size(); i++) {
      Image image = images.get(i);
      out.printf(
          "%s: %d×%d pixels, %s%n",
          files.write(i, file.apply(i)), image.width(), image.height(), source.apply(i));
    }
    files.writeSheet().ifPresent(out::println);
    out.println(times);
    out.flush();
  }

  /** Writes images that say nothing of how they were made. */
  void write(List<Image> images, IntFunction<String> source, String times) throws IOException {
    write(images, i -> Png.encode(images.get(i), Map.of()), source, times);
  }
}
