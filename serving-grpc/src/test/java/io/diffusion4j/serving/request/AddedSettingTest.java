package io.diffusion4j.serving.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import io.diffusion4j.diffusion.stage.StageSetting;
import io.diffusion4j.diffusion.stage.StageSetting.Kind;
import io.diffusion4j.diffusion.stage.StageSetting.Offer;
import io.diffusion4j.diffusion.stage.StageSettings;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.SupportedSetting;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A setting is one row and one field: a row and a field of this test are read everywhere. */
class AddedSettingTest {
  private static final StageSetting<Integer> ROUNDS =
      StageSetting.of("rounds", Kind.COUNT, "The rounds of the %s.")
          .within(rounds -> rounds >= 1, "≥ 1")
          .refusing(
              (stage, rounds, given) ->
                  rounds <= stage.maxSteps() ? Optional.empty() : Optional.of("fewer rounds"))
          .withDefault((stage, given) -> Optional.of(2))
          .offering(stage -> Offer.numbers(1, stage.maxSteps()))
          .setting((settings, stage, rounds, given) -> settings.withSteps(10 * rounds));

  private static final Stage STAGE =
      Stage.denoising(
              "decoder",
              new StageKind.Denoising(
                  new CosineSchedule(100),
                  TimestepSpacings.LEADING,
                  Thresholding.clip(1),
                  new StageChoices(Samplers.standard(), "ddim", 5)))
          .withSetting(ROUNDS);

  private static Descriptor optionsWithRounds() throws DescriptorValidationException {
    FileDescriptor file = StageOptions.getDescriptor().getFile();
    var proto = file.toProto().toBuilder();
    for (var message : proto.getMessageTypeBuilderList()) {
      if (message.getName().equals("StageOptions")) {
        message
            .addFieldBuilder()
            .setName("rounds")
            .setNumber(1000)
            .setType(FieldDescriptorProto.Type.TYPE_INT32)
            .setProto3Optional(true)
            .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
            .setOneofIndex(message.getOneofDeclCount());
        message.addOneofDeclBuilder().setName("_rounds");
      }
    }
    return FileDescriptor.buildFrom(
            proto.build(), file.getDependencies().toArray(new FileDescriptor[0]))
        .findMessageTypeByName("StageOptions");
  }

  private static Message options(int rounds) throws DescriptorValidationException {
    Descriptor options = optionsWithRounds();
    return DynamicMessage.newBuilder(options)
        .setField(options.findFieldByName("rounds"), rounds)
        .setField(options.findFieldByName("sampler"), "ddpm")
        .build();
  }

  @Test
  void theResolverReadsItByTheNameOfItsField() throws Exception {
    var violations = new Violations();
    Optional<SamplingSettings> resolved =
        StageResolver.resolve("options", options(3), STAGE, violations);
    assertThat(violations.size()).isZero();
    assertThat(resolved.orElseThrow().steps()).isEqualTo(30);
  }

  @Test
  void theResolverRefusesItOutsideOfItsRangeAndOfTheStagesLimits() throws Exception {
    for (int wrong : new int[] {0, 101}) {
      var violations = new Violations();
      assertThat(StageResolver.resolve("options", options(wrong), STAGE, violations)).isEmpty();
      assertThat(violations.size()).isEqualTo(1);
    }
  }

  @Test
  void valuesAreWrittenIntoTheField() throws Exception {
    var values = StageResolver.values(options(3), STAGE.settings());
    var again = DynamicMessage.newBuilder(optionsWithRounds());
    StageResolver.write(values, STAGE.settings(), again);
    assertThat(StageResolver.values(again.build(), STAGE.settings())).isEqualTo(values);
  }

  @Test
  void theListOfModelsHasIt() {
    assertThat(StageResolver.supported(STAGE))
        .contains(
            SupportedSetting.newBuilder()
                .setName("rounds")
                .setHelp("The rounds of the decoder.")
                .setForm("N")
                .setDefaultValue("2")
                .setLeast(1)
                .setMost(100)
                .build());
  }

  @Test
  void theListOfModelsHasChoicesAndLimits() {
    SupportedSetting sampler = StageResolver.supported(STAGE).get(0);
    assertThat(sampler.getForm()).isEqualTo("NAME");
    assertThat(sampler.getDefaultValue()).isEqualTo("ddim");
    assertThat(sampler.getChoicesList()).contains("ddim", "ddpm").doesNotContain("");
    assertThat(sampler.hasLeast() || sampler.hasMost()).isFalse();
  }

  @Test
  void eachSettingOfEveryStageHasAField() {
    assertThat(StageSettings.ALL)
        .allSatisfy(
            setting ->
                assertThat(StageOptions.getDescriptor().findFieldByName(setting.name()))
                    .isNotNull())
        .hasSameSizeAs(StageOptions.getDescriptor().getFields());
  }
}
