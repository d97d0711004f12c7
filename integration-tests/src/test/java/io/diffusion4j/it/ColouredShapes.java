package io.diffusion4j.it;

import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.image.Image;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Squares of three colours, which are their classes, on black. */
record ColouredShapes() implements DataSet {
  static final List<String> COLOURS = List.of("red", "green", "blue");

  @Override
  public String name() {
    return "coloured shapes";
  }

  @Override
  public List<String> classes() {
    return COLOURS;
  }

  @Override
  public CaptionedImages examples(int imageSize, long seed) {
    return index -> example(imageSize, new SplittableRandom(seed + 31 * index));
  }

  private static CaptionedImage example(int size, SplittableRandom random) {
    random.nextLong(); // the first random numbers of neighbouring seeds are similar
    int colour = random.nextInt(COLOURS.size());
    int side = size / 2 + random.nextInt(size / 4);
    int left = random.nextInt(size - side);
    int top = random.nextInt(size - side);
    float[] pixels = new float[3 * size * size];
    Arrays.fill(pixels, -1);
    for (int y = top; y < top + side; y++) {
      for (int x = left; x < left + side; x++) {
        pixels[3 * (y * size + x) + colour] = 1;
      }
    }
    return new CaptionedImage(new Image(size, size, pixels), COLOURS.get(colour));
  }

  @Override
  public Stream<String> captions(long seed, long most) {
    return LongStream.range(0, most).mapToObj(i -> COLOURS.get((int) (i % COLOURS.size())));
  }

  /** The excess of a colour in a picture over the mean of the others. */
  static double excess(Image image, int colour) {
    float[] pixels = image.pixels();
    double[] means = new double[3];
    for (int i = 0; i < pixels.length; i++) {
      means[i % 3] += 3.0 * pixels[i] / pixels.length;
    }
    return means[colour] - (means[0] + means[1] + means[2] - means[colour]) / 2;
  }
}
