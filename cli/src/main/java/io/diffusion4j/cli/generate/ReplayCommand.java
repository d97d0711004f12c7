package io.diffusion4j.cli.generate;

import com.google.common.hash.Hashing;
import io.diffusion4j.cli.console.Bars;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.StageBars;
import io.diffusion4j.cli.options.ConnectionOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.local.LocalModel;
import io.diffusion4j.local.ModelFacts;
import io.diffusion4j.local.PriorChoice;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.unclip.Residency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code diffusion4j replay}: an image file is drawn again from what it says of itself. */
@Command(
    name = "replay",
    description = "Draw an image again from the recipe in its file, and tell whether it is equal.",
    footer = {
      "",
      "The exit status is 0 if all pixels are equal, 1 if not. An image can be drawn again by the",
      "same weights, which the recipe names, in the same number format on the same kind of"
          + " machine.",
      "",
      "Example:",
      "  diffusion4j replay apple.png"
    })
public final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "A PNG file that generate or a server made.")
  private Path file = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write what was drawn to this PNG file, too.")
  private @Nullable Path output;

  @Option(
      names = "--prior",
      paramLabel = "KIND",
      defaultValue = "diffusion",
      description = "Which prior drew it, diffusion or ar. Default: ${DEFAULT-VALUE}")
  private String prior = "";

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Ask this server instead of loading a model.")
  private @Nullable String server;

  @ArgGroup(validate = false, heading = "%nServer:%n")
  private ConnectionOptions connection = new ConnectionOptions();

  @Override
  public Integer call() throws IOException {
    connection.check(server);
    RecipeFile original = RecipeFile.read(file);
    if (output != null) {
      new OutputFile(output).requireWritable();
    }
    Generation.Picture again = server == null ? drawHere(original) : ask(server, original);
    if (output != null) {
      new OutputFile(output).write(again.png());
    }
    return report(original, again);
  }

  private Generation.Picture drawHere(RecipeFile original) {
    LocalModel.requirePipeline(model.folder());
    PriorChoice choice = PriorChoice.named(prior);
    String digest = ModelFacts.digest(model.folder(), choice);
    if (!digest.equals(original.recipe().getWeightsDigest())) { // told before the model is loaded
      throw otherWeights(original, model.folder() + " with " + digest);
    }
    spec.commandLine().getErr().println("loading " + model.folder());
    try (var local = model.serve(Residency.ONE_AT_A_TIME, choice)) {
      return draw(local.client(), original, "");
    }
  }

  private Generation.Picture ask(String address, RecipeFile original) throws IOException {
    try (var client = connection.connect(address)) {
      return draw(client, original, modelWithItsWeights(client.models(), original));
    }
  }

  /** By whatever name they go there; the recipe's name, if several have them. */
  private static String modelWithItsWeights(List<Model> models, RecipeFile original) {
    String asked = original.recipe().getRequest().getModel();
    List<String> names =
        models.stream()
            .filter(m -> m.getWeightsDigest().equals(original.recipe().getWeightsDigest()))
            .map(Model::getName)
            .toList();
    if (names.isEmpty()) {
      throw otherWeights(
          original,
          models.stream()
              .map(m -> m.getName() + " with " + m.getWeightsDigest())
              .collect(Collectors.joining(", ")));
    }
    return names.contains(asked) ? asked : names.get(0);
  }

  private static IllegalArgumentException otherWeights(RecipeFile original, String present) {
    return new IllegalArgumentException(
        "model: "
            + present
            + " (expected: the weights that drew "
            + original.path()
            + ", "
            + original.recipe().getWeightsDigest()
            + ")");
  }

  private Generation.Picture draw(GenerationClient client, RecipeFile original, String name) {
    GenerateImagesRequest request =
        original.recipe().getRequest().toBuilder().setModel(name).clearRequestId().build();
    try (var bars = new StageBars(Bars.of(spec.commandLine().getErr()), 1)) {
      return client.generate(request, bars).images().get(0); // an image that fails fails the call
    }
  }

  private int report(RecipeFile original, Generation.Picture again) throws IOException {
    var out = spec.commandLine().getOut();
    String before = sha256(original.png());
    String now = sha256(again.png());
    if (before.equals(now)) {
      out.printf("%s: the same file, bit for bit: sha256 %s%n", original.path(), now);
      out.flush();
      return 0;
    }
    PixelDifference difference = PixelDifference.between(original.png(), again.png());
    if (difference.isNone()) {
      out.printf(
          "%s: the same pixels; the file differs in other things: sha256 %s, drawn again %s%n",
          original.path(), before, now);
    } else {
      out.printf(
          "%s: other pixels: %d of %d values differ, by at most %d of 255; drawn by %s, again by"
              + " %s%n",
          original.path(),
          difference.values(),
          difference.of(),
          difference.most(),
          original.recipe().getSoftware(),
          Recipes.fromJson(again.recipe()).getSoftware());
    }
    out.flush();
    return difference.isNone() ? 0 : FailureHandler.FAILED;
  }

  private static String sha256(byte[] bytes) {
    return Hashing.sha256().hashBytes(bytes).toString();
  }
}
