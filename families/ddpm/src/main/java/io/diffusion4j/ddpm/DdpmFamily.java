package io.diffusion4j.ddpm;

import static io.diffusion4j.pipeline.PublishedLayout.MAX_SHARD_BYTES;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.decoder.classifier.ClassifierFolders;
import io.diffusion4j.decoder.classifier.ClassifierModel;
import io.diffusion4j.decoder.unet.AdmFile;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.decoder.unet.UnetSettings;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.PipelineModule;
import io.diffusion4j.pipeline.PublishedLayout;
import io.diffusion4j.pipeline.PublishedLayout.Conversion;
import io.diffusion4j.pipeline.PublishedLayout.Input;
import io.diffusion4j.pipeline.Students;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Model folders in the layout of {@link DdpmFolder}. */
public final class DdpmFamily implements ModelFamily {
  /** The optional component that guides. */
  public static final String CLASSIFIER = "classifier";

  /** The optional smaller or earlier network that autoguidance leads away from. */
  public static final String WEAKER = "weaker";

  private static final String NAME = "ddpm";

  @Override
  public String name() {
    return "DDPM";
  }

  @Override
  public String layout() {
    return PixelFolders.CONFIG
        + " of a "
        + UnetSettings.PIXELS.className()
        + ", DiTTransformer2DModel or UViT";
  }

  @Override
  public boolean needsWords() {
    return false;
  }

  @Override
  public boolean isAt(Path folder) {
    return DdpmFolder.isAt(folder);
  }

  @Override
  public Map<String, PublishedLayout> published() {
    return Map.of(
        "dit",
            new PublishedLayout(
                Set.of(Input.SETTINGS),
                it ->
                    DitFile.convert(
                        it.file(), it.settings(), it.output(), it.dtype(), MAX_SHARD_BYTES)),
        "guided-diffusion", new PublishedLayout(Set.of(Input.SETTINGS), DdpmFamily::convertGuided));
  }

  /** Converts a U-Net, or a classifier, which has no decoder half. */
  private static void convertGuided(Conversion it) {
    if (it.settings().map(ClassifierFolders::isAt).orElseGet(() -> isClassifier(it.file()))) {
      ClassifierFolders.convert(it.file(), it.settings(), it.output(), it.dtype(), MAX_SHARD_BYTES);
    } else {
      AdmFile.convert(it.file(), it.settings(), it.output(), it.dtype(), MAX_SHARD_BYTES);
    }
  }

  private static boolean isClassifier(Path file) {
    try (var checkpoint = Checkpoint.open(file)) {
      return checkpoint.names().stream().noneMatch(name -> name.startsWith("output_blocks."));
    }
  }

  @Override
  public FolderReport inspect(Path folder) {
    var own = new DdpmFolder(folder);
    List<Component<?>> expected = new ArrayList<>();
    expected.add(
        Component.network(
                own.network().equals(folder) ? "." : own.networkName(),
                PixelFolders::read,
                PixelBackbone::manifest)
            .withNames(CurrentNames::current));
    own.autoencoder()
        .ifPresent(
            autoencoder ->
                expected.add(
                    Component.network(
                            autoencoder.getFileName().toString(),
                            Autoencoder::read,
                            Autoencoder::decoderManifest)
                        .withNames(CurrentNames::current)));
    return FolderReport.of(folder, expected, Optional.empty(), List.of(), own::scheduler);
  }

  @Override
  public List<StoredNetwork> networks(Path folder) {
    var own = new DdpmFolder(folder);
    List<StoredNetwork> networks = new ArrayList<>();
    networks.add(PixelFolders.stored(own.networkName(), own.network()));
    int size = PixelFolders.read(own.network()).height();
    own.autoencoder().ifPresent(path -> networks.add(LatentDecoder.stored(path, size)));
    return networks;
  }

  @Override
  public Opened open(Path folder, OpenOptions how) {
    how.prior()
        .filter(
            prior -> !prior.equals("diffusion")) // the value in recipes of models without a prior
        .ifPresent(
            prior -> {
              throw Check.refusal("prior", prior, "none; DDPM has no prior");
            });
    Check.that(
        how.loras().isEmpty(),
        "lora",
        how.loras(),
        "none; the keys of DDPM have no published form");
    var own = new DdpmFolder(folder);
    var compute = how.compute();
    var network = PixelFolders.read(own.network());
    var latents =
        own.autoencoder().map(path -> LatentDecoder.load(path, network.height(), compute));
    try {
      DdpmPipeline.requireDraws(network, latents);
      return open(own, how, network, latents, compute);
    } catch (RuntimeException | Error e) {
      latents.ifPresent(LatentDecoder::close);
      throw e;
    }
  }

  private static Opened open(
      DdpmFolder own,
      OpenOptions how,
      PixelBackbone network,
      Optional<LatentDecoder> latents,
      Compute compute) {
    var place =
        how.guide(Guides.CLASSIFIER, own.path().resolve(CLASSIFIER), ClassifierFolders::isAt);
    var classifier = place.map(path -> ClassifierModel.load(path, compute));
    Path weak = own.path().resolve(WEAKER);
    Optional<PixelModel> weaker =
        PixelFolders.isAt(weak) ? Optional.of(PixelModel.load(weak, compute)) : Optional.empty();
    try {
      classifier.ifPresent(
          model -> model.requireFits(network.width(), network.height(), network.channels()));
      var model = PixelModel.load(own.network(), compute);
      var scheduler = own.scheduler();
      var students = Students.in(own.path());
      weaker.ifPresent(it -> requireLike(network, it.definition()));
      int width = latents.map(LatentDecoder::imageSize).orElse(network.width());
      int height = latents.map(LatentDecoder::imageSize).orElse(network.height());
      String description =
          "DDPM, images of " + width + "×" + height + " pixels" + students.suffix();
      var module =
          new PipelineModule(
                  parts ->
                      new DdpmPipeline(
                          parts.identity(
                              own.path(), how, NAME, description, digest(own.path(), place)),
                          network,
                          model.denoiser(scheduler),
                          scheduler,
                          own.steps(),
                          parts.choices(),
                          classifier.map(
                              noisy ->
                                  new DdpmPipeline.Classifier(noisy, noisy.config().classes())),
                          latents,
                          parts.replacement(ImageDecoder.class),
                          students,
                          weaker.map(it -> it.denoiser(scheduler))))
              .replaceable(ImageDecoder.class, "an image for each draw");
      return new Opened(
          module,
          module.parts(),
          () -> {
            model.close();
            weaker.ifPresent(PixelModel::close);
            latents.ifPresent(LatentDecoder::close);
            classifier.ifPresent(ClassifierModel::close);
          });
    } catch (RuntimeException | Error e) {
      weaker.ifPresent(PixelModel::close);
      classifier.ifPresent(ClassifierModel::close);
      throw e;
    }
  }

  private static void requireLike(PixelBackbone network, PixelBackbone weaker) {
    Check.that(
        weaker.width() == network.width()
            && weaker.height() == network.height()
            && weaker.channels() == network.channels()
            && weaker.labels().equals(network.labels()),
        WEAKER,
        "another shape or other classes",
        "those of the model");
  }

  @Override
  public Set<String> guides() {
    return Set.of(Guides.CLASSIFIER);
  }

  @Override
  public String digest(Path folder, OpenOptions how) {
    var place = how.guide(Guides.CLASSIFIER, folder.resolve(CLASSIFIER), ClassifierFolders::isAt);
    return digest(folder, place);
  }

  private static String digest(Path folder, Optional<Path> classifier) {
    String model = FolderDigest.of(folder, component -> !component.equals(CLASSIFIER));
    return FolderDigest.withGuides(model, classifier.stream().toList());
  }

  @Override
  public PictureLikelihood likelihood(Path folder, OpenOptions how) {
    return DdpmLikelihood.of(new DdpmFolder(folder), how.compute());
  }
}
