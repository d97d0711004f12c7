package example;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Replacements;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A family of one network, which paints a square in the colour of the prompt in one pass. */
public final class SwatchFamily implements ModelFamily {
  static final String PAINTER = "painter";
  static final String PIPELINE = "SwatchPipeline";
  static final int SIZE = 8;
  static final String TEXT = "text";

  /** Three numbers of a text in, the pixels of a picture out. */
  static final NetworkDefinition NETWORK =
      (nn, inputs) ->
          List.of(
              nn.output(nn.at("colour").linear(nn.input(inputs.floats(TEXT, 3)), 3 * SIZE * SIZE)));

  @Override
  public String name() {
    return "Swatch";
  }

  @Override
  public String layout() {
    return ModelFolder.INDEX;
  }

  @Override
  public boolean isAt(Path folder) {
    try {
      return Files.isRegularFile(folder.resolve(ModelFolder.INDEX))
          && ModelFolder.open(folder).className().equals(PIPELINE);
    } catch (CheckpointException e) {
      return false; // a damaged index is no index of this family
    }
  }

  @Override
  public FolderReport inspect(Path folder) {
    var painter = Component.network(PAINTER, path -> NETWORK, Manifest::of);
    return FolderReport.of(folder, List.of(painter), Optional.empty(), List.of(), () -> folder);
  }

  @Override
  public List<StoredNetwork> networks(Path folder) {
    var weights =
        StoredNetwork.Access.in(folder.resolve(PAINTER), Checkpoint.DIFFUSERS, name -> true);
    return List.of(StoredNetwork.of(PAINTER, NETWORK, weights));
  }

  @Override
  public Opened open(Path folder, OpenOptions how) {
    Path painter = folder.resolve(PAINTER);
    try (var checkpoint = Checkpoint.open(painter, Checkpoint.DIFFUSERS)) {
      var network = new CompiledNetwork(NETWORK, checkpoint, how.compute());
      String digest = digest(folder, how);
      return new Opened(new Wiring(network, digest), Set.of(TextEncoder.class), network::close);
    }
  }

  /** Returns how red, green and blue each text is. */
  static List<TextEncoding> encode(List<String> texts) {
    return texts.stream()
        .map(text -> text.toLowerCase(Locale.ROOT))
        .map(SwatchFamily::encode)
        .toList();
  }

  private static TextEncoding encode(String text) {
    float[] colours = new float[3];
    for (int i = 0; i < 3; i++) {
      colours[i] = text.contains(List.of("red", "green", "blue").get(i)) ? 1 : 0;
    }
    return new TextEncoding(colours, new boolean[] {true}, colours);
  }

  private static final class Wiring extends AbstractModule {
    private final CompiledNetwork network;
    private final String digest;

    Wiring(CompiledNetwork network, String digest) {
      this.network = network;
      this.digest = digest;
    }

    @Override
    protected void configure() {
      bind(TextEncoder.class).toInstance(SwatchFamily::encode);
      install(Replacements.noneYet());
    }

    @Provides
    @Singleton
    ImagePipeline pipeline(TextEncoder text, Replacements replaced) {
      var identity =
          new ModelIdentity(
              "swatch", "squares of one colour", "Apache-2.0", digest, replaced.parts());
      return new Pipeline(
          new ModelCard(
              identity,
              Pixels.square(SIZE),
              ModelCard.Limits.DEFAULT,
              List.of(Stage.fixed(PAINTER, 1)),
              EnumSet.of(ImageTask.Kind.TEXT_TO_IMAGE)),
          replaced.guard(TextEncoder.class, text, "an encoding of each text"),
          network);
    }
  }

  private record Pipeline(ModelCard card, TextEncoder text, CompiledNetwork network)
      implements ImagePipeline {
    @Override
    public List<Image> draw(
        ImageTask task,
        Map<String, SamplingSettings> settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      var prompts = ((ImageTask.TextToImage) task).prompts();
      List<Image> images = new ArrayList<>();
      for (int i = 0; i < noise.size(); i++) {
        String words = prompts.get(prompts.size() == 1 ? 0 : i).text();
        float[] input = text.encode(List.of(words)).get(0).embedding();
        float[] pixels = network.run(new Batch(1).floats(TEXT, input)).get(0);
        float[] grain = noise.get(i).gaussian(PAINTER, 0, pixels.length);
        for (int p = 0; p < pixels.length; p++) {
          pixels[p] = Math.max(-1, Math.min(1, pixels[p] + 0.01f * grain[p]));
        }
        images.add(new Image(SIZE, SIZE, pixels));
      }
      return images;
    }

    @Override
    public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
      return Map.of(PAINTER, 1);
    }
  }
}
