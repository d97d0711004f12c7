package io.diffusion4j.cli.provenance;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.evaluation.Ssim;
import io.diffusion4j.provenance.Detection;
import io.diffusion4j.provenance.Watermark;
import io.diffusion4j.provenance.WatermarkKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j watermark}: measures the invisible watermark of pictures. */
@Command(
    name = "watermark",
    description = {
      "Measure the invisible watermark on the pictures in a folder: the detection "
          + "rate after attacks, the false-alarm rate on unmarked pictures, and the "
          + "change to the pixels."
    },
    footer = {"", "Example:", "  diffusion4j watermark pictures"})
public final class WatermarkCommand implements Callable<Integer> {
  private static final int BYTES_OF_KEY = 32;

  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "DIR", description = "A folder of unmarked PNG, JPEG or WebP files.")
  private Path folder = Path.of("");

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "The number of keys to test on each unmarked picture, for the false-alarm "
              + "rate. Default: ${DEFAULT-VALUE}")
  private int keys;

  /** The detections after one attack. */
  private static final class Tally {
    private int found;
    private double agreement;

    void add(Detection detection) {
      found += detection.isFound() ? 1 : 0;
      agreement += detection.agreement();
    }
  }

  @Override
  public Integer call() throws IOException {
    Check.that(keys >= 1, "keys", keys, "≥ 1");
    List<Path> files = files();
    var watermark = new Watermark(key(0));
    Map<Attack, Tally> tallies = new EnumMap<>(Attack.class);
    double ssim = 0;
    double error = 0;
    double embedding = 0;
    double detecting = 0;
    int alarms = 0;
    double leastChance = 1;
    for (Path file : files) {
      Image image = ImageFiles.read(file, VerifyCommand.MAX_PIXELS);
      long start = System.nanoTime();
      Image marked = watermark.embed(image);
      embedding += (System.nanoTime() - start) / 1e6;
      ssim += Ssim.of(image, marked);
      error += squaredError(image, marked);
      for (Attack attack : Attack.values()) {
        Image attacked = attack.on(marked);
        start = System.nanoTime();
        Detection found = watermark.detect(attacked);
        detecting += (System.nanoTime() - start) / 1e6 / Attack.values().length;
        tallies.computeIfAbsent(attack, any -> new Tally()).add(found);
      }
      for (int i = 1; i <= keys; i++) {
        Detection other = new Watermark(key(i)).detect(image);
        alarms += other.isFound() ? 1 : 0;
        leastChance = Math.min(leastChance, other.falsePositive());
      }
    }
    int count = files.size();
    console.printf("%-30s %8s %10s", "after", "found", "agreement");
    tallies.forEach(
        (attack, tally) ->
            console.printf(
                "%-30s %7.1f%% %9.1f%%",
                attack.words(), 100.0 * tally.found / count, 100 * tally.agreement / count));
    console.printf(
        "unmarked: %d false alarms in %d searches; the least probability was %.1e, the threshold is"
            + " %.0e",
        alarms, (long) count * keys, leastChance, Detection.THRESHOLD);
    console.printf(
        "cost: SSIM %.4f, PSNR %.1f dB, embedding %.1f ms, detection %.1f ms a picture",
        ssim / count, 10 * Math.log10(4 * count / error), embedding / count, detecting / count);
    return 0;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> pictures =
          all.filter(
                  file ->
                      file.getFileName()
                          .toString()
                          .toLowerCase(Locale.ROOT)
                          .matches(".*\\.(png|jpe?g|webp)"))
              .sorted()
              .toList();
      Check.that(!pictures.isEmpty(), "folder", folder, "a folder with PNG, JPEG or WebP files");
      return pictures;
    }
  }

  private static WatermarkKey key(int number) {
    return WatermarkKey.of(ByteBuffer.allocate(BYTES_OF_KEY).putInt(number).array());
  }

  private static double squaredError(Image image, Image marked) {
    double sum = 0;
    for (int i = 0; i < image.pixels().length; i++) {
      double difference = image.pixels()[i] - marked.pixels()[i];
      sum += difference * difference;
    }
    return sum / image.pixels().length;
  }
}
