package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.PipelineModule;
import io.diffusion4j.pipeline.RandomModel;
import io.diffusion4j.pipeline.SuitedPrecision;
import io.diffusion4j.prior.PriorModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The family of the folders that {@link KandinskyFolder} describes. */
public final class KandinskyFamily implements ModelFamily {
  private static final String NAME = "kandinsky";

  @Override
  public String name() {
    return "Kandinsky";
  }

  @Override
  public String layout() {
    return ModelFolder.INDEX;
  }

  @Override
  public boolean isAt(Path folder) {
    return KandinskyFolder.isAt(folder);
  }

  @Override
  public Map<String, RandomModel> random() {
    return Map.of(
        "kandinsky22", new RandomKandinsky(KandinskyConfig.kandinsky22()),
        "kandinsky_small", new RandomKandinsky(KandinskyConfig.small()));
  }

  @Override
  public FolderReport inspect(Path folder) {
    return KandinskyReport.of(folder);
  }

  @Override
  public void checkLoras(Path folder, OpenOptions how) {
    if (!how.loras().isEmpty()) {
      KandinskyModel.loras(folder, PriorPlace.of(folder, how), how.loras());
    }
  }

  @Override
  public String digest(Path folder, OpenOptions how) {
    return digest(folder, PriorPlace.of(folder, how));
  }

  private static String digest(Path folder, PriorPlace place) {
    List<String> digests = new ArrayList<>();
    digests.add(FolderDigest.of(folder, component -> true));
    digests.add(FolderDigest.of(place.pipeline(), component -> true));
    if (!place.network().startsWith(place.pipeline())) {
      digests.add(FolderDigest.of(place.network(), component -> true));
    }
    return FolderDigest.together(digests);
  }

  @Override
  public List<StoredNetwork> networks(Path folder) {
    return KandinskyNetworks.of(folder);
  }

  @Override
  public Opened open(Path folder, OpenOptions asked) {
    Check.that(
        !KandinskyFolder.isPrior(folder),
        "model",
        folder,
        "the folder of a decoder; this one is a prior, for --prior");
    var place = PriorPlace.of(folder, asked);
    KandinskyReport.requireSound(folder, place);
    OpenOptions how =
        asked.suiting(
            () ->
                SuitedPrecision.of(
                    folder.resolve(KandinskyFolder.UNET),
                    folder.resolve(KandinskyFolder.MOVQ),
                    place.network(),
                    place.pipeline().resolve(KandinskyFolder.TEXT_ENCODER),
                    place.pipeline().resolve(KandinskyFolder.IMAGE_ENCODER)));
    var model = KandinskyModel.load(folder, place, how.compute(), how.residency(), how.loras());
    String description =
        "Kandinsky, images of "
            + model.decoderStage().draws()
            + " pixels"
            + model.students().suffix();
    var module =
        new PipelineModule(
                parts -> {
                  var embeddings =
                      new KandinskyEmbeddings(
                          parts.get(TextEncoder.class),
                          parts.get(ImageEncoder.class),
                          parts.get(Prior.class),
                          model::nothing);
                  return new KandinskyPipeline(
                      parts.identity(folder, how, NAME, description, digest(folder, place)),
                      model,
                      embeddings,
                      parts.get(GuidanceRule.class),
                      parts.choices(),
                      Optional.of(embedder(model, embeddings)),
                      parts.replacement(ImageDecoder.class));
                })
            .with(TextEncoder.class, model.textEncoder(), "an encoding of each text")
            .with(ImageEncoder.class, model.imageEncoder(), "an embedding of each image")
            .with(Prior.class, model.prior(), "an image embedding for each draw")
            .with(GuidanceRule.class, GuidanceRule.AS_ASKED, "the scale of a stage with guidance")
            .replaceable(ImageDecoder.class, "an image for each draw");
    return new Opened(module, module.parts(), model::close);
  }

  private static Embedder embedder(KandinskyModel model, KandinskyEmbeddings embeddings) {
    return new Embedder(
        model.unet().embeddingDim(),
        embeddings.text(),
        Optional.of(embeddings.image()),
        Optional.of(embeddings.prior()));
  }

  /** The contents and faults of one of Kandinsky's two folders. */
  static final class KandinskyReport {
    private KandinskyReport() {}

    static FolderReport of(Path folder) {
      return KandinskyFolder.isPrior(folder) ? ofPrior(folder) : ofDecoder(folder);
    }

    /**
     * Returns normally if nothing is wrong with a decoder and its prior.
     *
     * @throws CheckpointException if there are faults; the message lists all of them
     */
    static void requireSound(Path decoder, PriorPlace place) {
      List<CheckpointException> failures = new ArrayList<>(of(decoder).allFailures());
      failures.addAll(of(place.pipeline()).allFailures());
      FolderReport.requireNone(decoder, failures);
    }

    private static FolderReport ofDecoder(Path folder) {
      Path unet = folder.resolve(KandinskyFolder.UNET);
      Path movq = folder.resolve(KandinskyFolder.MOVQ);
      return FolderReport.of(
          folder,
          KandinskyFolder.DECODERS,
          Optional.empty(),
          List.of(),
          () -> {
            int latent = Movq.read(movq).latentChannels();
            int expected = KandinskyUnet.read(unet).latentChannels();
            Check.that(latent == expected, "latent_channels", latent, "%s", expected);
            return latent;
          });
    }

    private static FolderReport ofPrior(Path folder) {
      Path prior = folder.resolve(KandinskyFolder.PRIOR);
      Path text = folder.resolve(KandinskyFolder.TEXT_ENCODER);
      return FolderReport.of(
          folder,
          KandinskyFolder.PRIORS,
          Optional.empty(),
          List.of(),
          () -> {
            int dim = PriorModel.readConfig(prior).embeddingDim();
            int expected = ClipFolders.readText(text).embeddingDim();
            Check.that(dim == expected, "embedding_dim", dim, "%s, as the text encoder", expected);
            return dim;
          });
    }
  }
}
