package io.diffusion4j.benchmarks.images;

import com.google.inject.Guice;
import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.cli.inspect.ProcessMemory;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.unclip.UnclipModel;
import io.diffusion4j.unclip.UnclipModule;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.stat.StatUtils;
import org.tensorflow.TensorFlow;

/**
 * A process that draws images from a folder and prints the time of each part, in milliseconds. The
 * figures of a warm process are medians over the images after the warm-up.
 */
final class FirstImage {
  static final String JVM = "JVM";
  static final String NATIVES = "natives";
  static final String WEIGHTS = "weights";
  static final String FIRST = "first";
  static final String TOTAL = "total";
  static final String OUTSIDE = "outside";
  static final String TEXT = "text";
  static final String PNG = "PNG";
  static final String MEMORY = "memory";

  private FirstImage() {}

  /** Arguments: the folder, then {@link ImageSettings#toArguments()}. */
  public static void main(String[] args) {
    double jvm = sinceJvmStart();
    long begin = System.nanoTime();
    TensorFlow.version();
    long loaded = System.nanoTime();
    var settings = ImageSettings.fromArguments(Arrays.asList(args).subList(1, args.length));
    try (var model =
        UnclipModel.load(
            Path.of(args[0]), Compute.of(settings.precision()).withEngine(Engines.asked()))) {
      var injector = Guice.createInjector(new UnclipModule(model));
      var images = injector.getInstance(ImagePipeline.class);
      var sampler = injector.getInstance(Sampler.class);
      long ready = System.nanoTime();
      draw(images, settings, sampler, 0);
      double first = sinceJvmStart();
      for (int i = 1; i < settings.warmup(); i++) {
        draw(images, settings, sampler, i);
      }
      List<Map<String, Double>> drawn = new ArrayList<>();
      for (int i = 0; i < settings.images(); i++) {
        drawn.add(draw(images, settings, sampler, settings.warmup() + i));
      }

      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put(JVM, jvm);
      figures.put(NATIVES, (loaded - begin) / 1e6);
      figures.put(WEIGHTS, (ready - loaded) / 1e6);
      figures.put(FIRST, first);
      for (String name : drawn.get(0).keySet()) {
        var millis = drawn.stream().mapToDouble(image -> image.getOrDefault(name, Double.NaN));
        figures.put(name, StatUtils.percentile(millis.toArray(), 50));
      }
      ProcessMemory.peakMebibytes().ifPresent(mebibytes -> figures.put(MEMORY, mebibytes));
      JavaProcess.report(figures);
    }
  }

  private static double sinceJvmStart() {
    return (double) System.currentTimeMillis()
        - ManagementFactory.getRuntimeMXBean().getStartTime();
  }

  /** Draws an image and encodes it. */
  private static Map<String, Double> draw(
      ImagePipeline images, ImageSettings settings, Sampler sampler, long seed) {
    var clock = new StageClock();
    var drawn =
        images.draw(
            ImageSettings.TASK, settings.stages(sampler), PhiloxNoise.images(seed, 1), clock);
    byte[] png = Png.encode(drawn.get(0), Map.of());
    if (png.length == 0) {
      throw new IllegalStateException("PNG: 0 bytes (expected: an image)");
    }
    return clock.stop();
  }

  /** Splits the time by stage. */
  private static final class StageClock implements SamplingListener {
    private final Map<String, Double> millis = new LinkedHashMap<>();
    private final long begin = System.nanoTime();
    private final long networks = CompiledNetwork.nanosRun();
    private long split = begin;

    @Override
    public void onProgress(Progress progress) {
      if (millis.isEmpty()) {
        split(TEXT);
      }
      if (progress.step() == progress.steps()) {
        split(progress.stage());
      }
    }

    private void split(String name) {
      long now = System.nanoTime();
      millis.merge(name, (now - split) / 1e6, Double::sum);
      split = now;
    }

    private Map<String, Double> stop() {
      split(PNG);
      double total = (System.nanoTime() - begin) / 1e6;
      millis.put(TOTAL, total);
      millis.put(OUTSIDE, total - (CompiledNetwork.nanosRun() - networks) / 1e6);
      return millis;
    }
  }
}
