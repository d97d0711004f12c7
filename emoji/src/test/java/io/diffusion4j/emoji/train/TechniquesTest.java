package io.diffusion4j.emoji.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.emoji.scene.CaptionMix;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.KeyPatterns;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Inspection;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.PartSetup;
import io.diffusion4j.training.PartTechniques;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.training.TrainableFamily;
import io.diffusion4j.training.TrainingPlugins;
import io.diffusion4j.unclip.training.UnclipTraining;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Techniques have names and values, and each part its own. */
class TechniquesTest {
  private static final EmojiPreset PRESET = EmojiPreset.tiny();

  private static PartSetup of(TrainableComponent part) {
    return PartSetup.of(part, EmojiData.of(PRESET));
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatShipsIsSaidInTheWordsThatAreRead(TrainableComponent part) {
    var techniques = of(part);
    var read = techniques;
    String words = techniques.words(); // none, where there is no choice
    for (String pair : words.isEmpty() ? new String[0] : words.split(" ", -1)) {
      String[] nameAndValue = pair.split("=", 2);
      read = read.with(nameAndValue[0], nameAndValue[1]);
    }
    assertThat(read).isEqualTo(techniques);
    assertThat(read.words()).isEqualTo(techniques.words());
  }

  @ParameterizedTest
  @MethodSource("all")
  void aPresetWithoutSizesChangesNoTechniques(TrainableComponent part, @TempDir Path folder) {
    var training = new ModelTraining(new Preset("none", Map.of()), folder, folder);
    assertThat(training.setup(part, EmojiData.of(PRESET))).isEqualTo(of(part));
  }

  @Test
  void lowRankUpdatesAreTrainedForPartsThatDrawWithThem() {
    assertThat(all())
        .filteredOn(part -> part.lowRankPrefix().isPresent())
        .extracting(TrainableComponent::word)
        .containsOnly("prior", "decoder", "upsampler", "latent");
  }

  @Test
  void lowRankUpdatesOfOtherPartsAreRefused(@TempDir Path folder) {
    var training = new ModelTraining(EmojiPreset.tiny().sizes(), folder, folder, folder);
    var part = component("upsampler-last");
    var config = training.config(part).withLowRank(new LowRank(2, 2, KeyPatterns.of("conv1")));
    var setup = training.setup(part, EmojiData.of(PRESET));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> training.train(setup, config, 1, (step, report) -> {}))
        .withMessage(
            "lora-rank: 2 (expected: none; nothing draws with low-rank updates of upsampler-last)");
  }

  @Test
  void oneIsChangedAndTheOthersStay() {
    var decoder =
        of(UnclipTraining.DECODER).with("prediction", "v").with("shift", "4").techniques();
    assertThat(decoder.get(PartTechniques.PREDICTION)).isEqualTo(Parameterization.V);
    assertThat(decoder.get(PartTechniques.SHIFT)).isEqualTo(4);
    assertThat(decoder.get(PartTechniques.TEXT_DROP)).isEqualTo(0.2);
    assertThat(decoder.with("weighting", "simple").get(PartTechniques.WEIGHTING))
        .isSameAs(Weighting.SIMPLE);
    var prior = of(UnclipTraining.PRIOR).with("standardized", "off").techniques();
    assertThat(prior.get(PartTechniques.STANDARDIZED)).isFalse();
    var data = (EmojiData) of(UnclipTraining.PRIOR).with("captions", "plain").data();
    assertThat(data.techniques().get(EmojiTechniques.CAPTIONS)).isEqualTo(CaptionMix.labels());
    var upsampler = of(UnclipTraining.UPSAMPLER).with("blur", "0").techniques();
    assertThat(upsampler.get(PartTechniques.BLUR)).isZero();
  }

  @Test
  void aValueIsWrittenInOneWay() {
    assertThat(of(UnclipTraining.DECODER).with("shift", "4").words()).contains(" shift=4.0 ");
    assertThat(of(UnclipTraining.PRIOR).words()).as("as before it had one").doesNotContain("shift");
    assertThat(of(UnclipTraining.PRIOR).with("shift", "4").words()).contains(" shift=4.0 ");
  }

  @Test
  void techniquesOfTheConstantRateGiveWayToRequestedOnes() {
    var setup = of(UnclipTraining.DECODER).withConstant(constant("shift", "3", "scenes", "single"));
    assertThat(setup.words())
        .contains(" shift=1.5 ")
        .endsWith(", at a constant rate scenes=single shift=3");
    assertThat(setup.whileConstant().words()).contains(" scenes=single ", " shift=3.0 ");
    var requested = setup.with("shift", "2");
    assertThat(requested.constant()).containsOnlyKeys("scenes");
    assertThat(requested.whileConstant().words()).contains(" shift=2.0 ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> setup.withConstant(constant("shift", "0.5")))
        .withMessage("shift: 0.5 (expected: in [1.0, 1000.0])");
    assertThat(setup.withConstant(constant("tags", "on")).constant())
        .as("what another data set has")
        .isEmpty();
  }

  @Test
  void batchesHaveTheTechniquesOfTheirRate() {
    var sizes = PRESET.sizes();
    var training = new ModelTraining(sizes, Path.of("model"), Path.of("state"));
    var config = TrainingConfig.of(100, 4, 1e-3, 1).withDecay(40).withAccumulate(2);
    var setup = of(UnclipTraining.DECODER).withConstant(constant("shift", "3", "scenes", "single"));
    var run =
        new ComponentRun(training, setup, config, 1, Inspection.NONE, (s, r) -> {}, List.of());
    // As many rows as its shift is large, if its scenes agree with it.
    BiFunction<ComponentRun, DataSet, BatchSource> batches =
        (at, data) -> {
          boolean single = "single".equals(data.techniques(DataSet.Use.CAPTIONED).get("scenes"));
          double shift = at.technique(PartTechniques.SHIFT);
          return step -> new Batch(single == shift > 2 ? (int) shift : 99);
        };
    var source = run.batches(setup.data(), batches);
    assertThat(List.of(0, 119, 120, 199))
        .as("two batches for each of 60 steps")
        .extracting(step -> source.batch(step).rows())
        .containsExactly(3, 3, 1, 1);
    var validation = EmojiData.of(PRESET);
    assertThat(run.batches(validation, batches).batch(0).rows()).isEqualTo(1);
  }

  private static SortedMap<String, String> constant(String... words) {
    var values = new TreeMap<String, String>();
    for (int i = 0; i < words.length; i += 2) {
      values.put(words[i], words[i + 1]);
    }
    return values;
  }

  @Test
  void aFlowBringsItsPredictionAndIsWrittenOnlyWhenChosen() {
    var defaults = of(UnclipTraining.DECODER);
    assertThat(defaults.words()).doesNotContain("process", "density", "flow-shift");
    var flow = defaults.with("process", "flow").with("weighting", "cosmap");
    assertThat(flow.words()).contains("prediction=velocity process=flow").contains("cosmap");
    assertThat(flow.techniques().get(PartTechniques.FLOW_PREDICTION))
        .isEqualTo(Parameterization.VELOCITY);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> flow.with("prediction", "eps"))
        .withMessage("prediction: eps (expected: velocity, with process=flow)");
  }

  @Test
  void aPartHasTechniquesOfItsOwn() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new PartSetup(
                    UnclipTraining.PRIOR,
                    EmojiData.of(PRESET),
                    UnclipTraining.DECODER.techniques(),
                    TrainingPlugins.NONE,
                    new TreeMap<>()))
        .withMessageEndingWith(
            "(expected: those of prior, density, drop, loss, prediction, shift,"
                + " standardized)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CLIP | drop | 0.1 | technique: drop (expected: one of captions, curriculum, relations,"
            + " scenes)",
        "UPSAMPLER | shift | 2 | technique: shift (expected: one of blur, loss, prediction, scenes,"
            + " weighting)",
        "DECODER | shift | 0.5 | shift: 0.5 (expected: in [1.0, 1000.0])",
        "DECODER | drop | often | drop: often (expected: in [0.0, 1.0])",
        "DECODER | drop | NaN | drop: NaN (expected: in [0.0, 1.0])",
        "DECODER | prediction | flow | prediction: flow (expected: one of eps, v, velocity, x0)",
        "DECODER | prediction | velocity | prediction: velocity (expected: eps, v or x0; velocity"
            + " comes with process=flow)",
        "DECODER | process | sde | process: sde (expected: one of ddpm, flow)",
        "UPSAMPLER | process | flow | technique: process (expected: one of blur, loss,"
            + " prediction, scenes, weighting)",
        "DECODER | weighting | p2 | weighting: p2 (expected: one of cosmap, min-snr,"
            + " min-snr-plus-one, min-snr-plus-one-or-eps, sigma-sqrt, simple)",
        "PRIOR | captions | short | captions: short (expected: one of plain, varied)",
        "DECODER | scenes | full | scenes: full (expected: one of crowded, default, single)",
        "CLIP | relations | yes | relations: yes (expected: one of off, on)",
      })
  void whatThereIsNotIsRefused(String part, String name, String value, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(component(part)).with(name, value))
        .withMessage(message);
  }

  private static List<TrainableComponent> all() {
    return TrainableFamily.allComponents();
  }

  private static TrainableComponent component(String name) {
    return new UnclipTraining().component(name.toLowerCase(Locale.ROOT)).orElseThrow();
  }
}
