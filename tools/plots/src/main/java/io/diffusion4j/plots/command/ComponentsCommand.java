package io.diffusion4j.plots.command;

import io.diffusion4j.cli.clip.PictureArguments;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.cli.options.ExampleOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.plots.ChartFile;
import io.diffusion4j.plots.LabelledSheet;
import io.diffusion4j.prior.PrincipalComponents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code diffusion4j plot components}: draws pictures from the first principal components of their
 * embeddings, as figure 7 of Ramesh et al. (2022) does.
 */
@Command(
    name = "components",
    description = "Draw pictures from the first principal components of their CLIP embeddings.",
    footer = {
      "",
      "Each row shows one picture: drawn from 1, 2, … principal components of its "
          + "embedding, drawn from the whole embedding, and the original. The components "
          + "are computed from the --images examples or emoji, and all drawings in a row "
          + "start from the same noise.",
      "",
      "Example:",
      "  diffusion4j plot components apple.png owl.png --components 1,4,16,64 -o components.png"
    })
final class ComponentsCommand implements Callable<Integer> {
  /** The default number of emoji whose embeddings are decomposed. */
  private static final int DEFAULT = 1024;

  @Mixin private Console console = new Console();

  @Parameters(arity = "1..*", paramLabel = "PICTURE", description = "PNG, JPEG or WebP files.")
  private List<String> pictures = List.of();

  @Option(
      names = "--components",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,2,4,8,16,32,64",
      description = "The numbers of components to keep. Default: ${DEFAULT-VALUE}")
  private List<Integer> counts = List.of();

  @Mixin private CommonOptions.Output output = new CommonOptions.Output();

  @Mixin private ExampleOptions examples = new ExampleOptions();

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Override
  public Integer call() {
    new OutputFile(output.path()).requireEnding(".png");
    var file = new ChartFile(output.path());
    counts.forEach(count -> Check.that(count >= 1, "components", count, "≥ 1"));
    var of = examples.of(model.folder(), DEFAULT);
    var how = model.opening();
    List<Rgb8> sheet = new ArrayList<>();
    try (var set = PictureArguments.open(pictures)) {
      List<Image> given = LongStream.range(0, set.size()).mapToObj(set::image).toList();
      console.say("loading " + model.folder());
      try (var open = ModelOptions.open(model.folder(), how, Plugins.ofClassPath())) {
        ImageEncoder encoder = open.injector().getInstance(ImageEncoder.class);
        List<float[]> embeddings = encoder.encode(given);
        int size = embeddings.get(0).length;
        int most = Collections.max(counts);
        Check.that(most <= size, "components", most, "at most the model's %s", size);
        console.say("embedding " + of.count() + " examples");
        var components =
            PrincipalComponents.of(
                ImageEmbedder.by(encoder).first(of.pictures(), of.count()), most);
        for (int i = 0; i < given.size(); i++) {
          List<Image> drawn = draw(open, reduced(components, embeddings.get(i)), of.seed());
          drawn.forEach(image -> sheet.add(Rgb8.of(image)));
          sheet.add(Rgb8.of(set.square(i, drawn.get(0).width())));
        }
      }
    }
    file.write(new LabelledSheet(sheet, columns(), Collections.nCopies(pictures.size(), "")));
    console.print(file.path());
    return 0;
  }

  private List<String> columns() {
    List<String> columns = new ArrayList<>();
    counts.forEach(count -> columns.add(count == 1 ? "1 component" : count + " components"));
    columns.add("all");
    columns.add("picture");
    return columns;
  }

  /** Returns the embedding with each number of components, and the complete one. */
  private List<float[]> reduced(PrincipalComponents components, float[] embedding) {
    List<float[]> reduced = new ArrayList<>();
    double[] along = components.project(embedding);
    for (int count : counts) {
      reduced.add(components.restore(Arrays.copyOf(along, count)));
    }
    reduced.add(embedding);
    return reduced;
  }

  private static List<Image> draw(OpenPipeline open, List<float[]> embeddings, long seed) {
    List<NoiseSource> noise =
        Collections.nCopies(embeddings.size(), PhiloxNoise.images(seed, 1).get(0));
    var task = new ImageTask.FromEmbedding(embeddings, ImageTask.Words.NONE);
    return open.pipeline().draw(task, Map.of(), noise, progress -> {});
  }
}
