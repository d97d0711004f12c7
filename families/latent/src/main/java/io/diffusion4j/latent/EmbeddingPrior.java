package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.Parts;
import io.diffusion4j.pipeline.Parts.Slot;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.prior.PriorConfig;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The prior of Stable unCLIP: draws the image embedding of a text, which a text tower of its own
 * encodes. It is guided away from the empty text, whatever the negative text.
 */
final class EmbeddingPrior {
  private static final int STEPS = 25;
  private static final double GUIDANCE = 4;
  private static final double MAX_GUIDANCE = 30;
  private static final int MAX_BATCH = 16;
  private static final int MAX_WAITING = 4096;

  private static final Component<ClipTextNetwork> TEXT =
      UnclipFolder.TEXT
          .named("prior_text_encoder")
          .in("transformers", "CLIPTextModelWithProjection");
  private static final Component<ClipTokenizer> WORDS = UnclipFolder.WORDS.named("prior_tokenizer");
  private static final Component<PriorConfig> NETWORK = UnclipFolder.DIFFUSION_PRIOR;
  private static final Component<SchedulerConfig> NOISE =
      Component.files(
              UnclipFolder.PRIOR_SCHEDULER,
              folder -> SchedulerConfig.readUnscaled(folder.resolve(SchedulerConfig.FILE_NAME)))
          .in("diffusers", SchedulerConfig.Kind.DDPM.className());

  /** The components of a folder that it reads. */
  static final List<Component<?>> COMPONENTS = List.of(TEXT, WORDS, NETWORK, NOISE);

  private final Stage stage;
  private final Slot<ClipTextModel> text;
  private final Slot<DiffusionPrior> prior;

  /** Reads the settings of a folder, and adds the networks to the parts. */
  EmbeddingPrior(Path folder, Parts parts, Compute compute) {
    var scheduler = NOISE.readIn(folder);
    stage =
        Stage.denoising(Prior.STAGE, scheduler.course(STEPS))
            .withScale(new Stage.Scale(GUIDANCE, MAX_GUIDANCE));
    text =
        parts.add(
            TEXT.name(),
            owned -> {
              var tower = TEXT.readIn(folder);
              Path path = folder.resolve(TEXT.name());
              try (var weights = Checkpoint.open(path, Checkpoint.TRANSFORMERS)) {
                return owned.add(
                    new ClipTextModel(
                        tower.fitted(WORDS.readIn(folder)),
                        tower,
                        weights.only(ClipFolders::isParameter),
                        compute));
              }
            });
    prior =
        parts.add(
            NETWORK.name(),
            owned -> {
              var model =
                  owned.add(
                      PriorModel.load(
                          folder.resolve(NETWORK.name()), scheduler.parameterization(), compute));
              var network =
                  owned.add(
                      new BatchingDenoiser<>(
                          Prior.STAGE, model.denoiser(), MAX_BATCH, MAX_WAITING));
              return new DiffusionPrior(network, stage, model.standardization());
            });
  }

  /** Returns the size of the embeddings of a folder. */
  static int size(Path folder) {
    return NETWORK.readIn(folder).embeddingDim();
  }

  Stage stage() {
    return stage;
  }

  /** Draws an embedding for each text. */
  List<float[]> draw(
      List<String> texts,
      SamplingSettings settings,
      List<NoiseSource> noise,
      SamplingListener listener) {
    List<String> all = new ArrayList<>(texts);
    all.add("");
    List<TextEncoding> encodings = text.use(model -> model.encode(all));
    TextEncoding nothing = encodings.get(texts.size());
    List<Draw<Prompt>> draws = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      draws.add(new Draw<>(new Prompt(encodings.get(i), nothing), noise.get(i)));
    }
    return prior.use(part -> part.sample(draws, settings, listener));
  }
}
