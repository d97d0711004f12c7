package io.diffusion4j.benchmarks.training;

import io.diffusion4j.benchmarks.networks.ConvolutionPeak;
import io.diffusion4j.benchmarks.networks.NetworkCost;
import io.diffusion4j.benchmarks.report.Figure;
import io.diffusion4j.benchmarks.report.Row;
import io.diffusion4j.benchmarks.report.RunCount;
import io.diffusion4j.benchmarks.report.Table;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.embed.EmbeddingRun;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench embed}: measures how much of the machine embedding pictures uses. */
@Command(
    name = "embed",
    description = {
      "Measure the speed of embedding the JPEGs of a shard with an image encoder "
          + "of the size of ViT-B/32 and random weights. Pictures are decoded while the "
          + "encoder computes the previous batch. One table row is the encoder alone, "
          + "the next is the whole run; fractions are relative to the peak speed of a "
          + "convolution."
    })
public final class EmbedBench implements Callable<Integer> {
  private static final ClipVisionNetwork VIT_B_32 =
      new ClipVisionNetwork(
          new Transformer(768, 3072, 12, 12, Activation.QUICK_GELU, 1e-5), 224, 32, 512);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(64);

  @Option(
      names = "--batches",
      paramLabel = "N",
      defaultValue = "8",
      description = "The number of batches. Default: ${DEFAULT-VALUE}")
  private int batches;

  @Option(
      names = "--side",
      paramLabel = "N",
      defaultValue = "256",
      description = "The width and height of a picture, in pixels. Default: ${DEFAULT-VALUE}")
  private int side;

  @Override
  public Integer call() throws IOException {
    Check.that(batches >= 2, "batches", batches, "≥ 2");
    Check.between("side", side, 1, 4096);
    PrintWriter out = spec.commandLine().getOut();
    Table.printHeader(out);
    RunCount pace = new RunCount(2, 9, Duration.ofSeconds(60));
    Row peak = ConvolutionPeak.measure(pace, 1);
    Table.print(out, peak);
    double gflops = peak.figure(Figure.GFLOPS).orElseThrow();
    Path shard = Files.createTempFile("diffusion4j-embed", ".tar");
    try {
      GeneratedShard.write(shard, batch.size() * batches, side);
      try (var pictures = PictureFiles.open("data", List.of(shard.toString()), Columns.DEFAULT)) {
        for (Precision precision : Precision.FLOATING) {
          measure(pictures, precision, gflops, pace, out);
        }
      }
    } finally {
      Files.delete(shard);
    }
    return 0;
  }

  private void measure(
      PictureSet pictures, Precision precision, double peak, RunCount pace, PrintWriter out) {
    double flops = batch.size() * NetworkCost.of(VIT_B_32).flops();
    var preprocessor = ClipPreprocessor.clip(VIT_B_32.imageSize());
    var compute = Compute.of(precision).withEngine(Engines.asked());
    try (var model =
        new ClipImageModel(preprocessor, VIT_B_32, RandomWeights.of(VIT_B_32, 1), compute)) {
      var pixels = Collections.nCopies(batch.size(), preprocessor.pixels(pictures.image(0)));
      double alone = pace.median(() -> model.encodePrepared(pixels));
      print(out, "image tower", precision, alone, flops, peak);
      long begin = System.nanoTime();
      new EmbeddingRun(batch.size(), done -> {}).pictures(model, VIT_B_32.embeddingDim(), pictures);
      double all = (System.nanoTime() - begin) / 1e6 / batches;
      print(out, "embedding JPEGs", precision, all, flops, peak);
    }
  }

  private void print(
      PrintWriter out, String name, Precision precision, double millis, double flops, double peak) {
    Table.print(
        out,
        Row.of(name, batch.size(), precision)
            .took(millis, flops, peak)
            .with(Figure.IMAGES_PER_SECOND, batch.size() * 1e3 / millis));
  }
}
