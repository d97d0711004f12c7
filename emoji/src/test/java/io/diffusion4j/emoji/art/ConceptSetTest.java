package io.diffusion4j.emoji.art;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConceptSetTest {
  @Test
  void someHaveThoseOfFewer() {
    ConceptSet all = ConceptSet.natureAndFood();
    ConceptSet many = all.some(24, 1);
    assertThat(all.concepts()).containsAll(many.concepts());
    assertThat(many.size()).isEqualTo(24);
    assertThat(many.concepts()).containsAll(all.some(12, 1).concepts());
    assertThat(all.some(12, 2)).isNotEqualTo(all.some(12, 1));
    assertThat(all.some(290, 1).concepts()).containsExactlyInAnyOrderElementsOf(all.concepts());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> all.some(291, 1))
        .withMessage("count: 291 (expected: in [1, 290])");
  }

  @Test
  void presetsHoldWhatTheySay() {
    assertThat(ConceptSet.natureAndFood().size()).isEqualTo(159 + 131);
    assertThat(ConceptSet.core().size()).isEqualTo(1026);
    assertThat(ConceptSet.everything().size()).isEqualTo(1904);
    assertThat(ConceptSet.things().size()).isEqualTo(1234);
    assertThat(ConceptSet.things().concepts())
        .containsAll(ConceptSet.core().concepts())
        .noneMatch(c -> c.group().equals("flags") || c.subgroup().startsWith("person"));
    assertThat(ConceptSet.named("animals").concepts())
        .allMatch(c -> c.subgroup().startsWith("animal-"));
  }

  @Test
  void aConceptKnowsItsWordsAndItsIcons() {
    Concept fox = ConceptSet.ofLabels("fox", List.of("fox")).concepts().get(0);
    assertThat(fox.codePoints()).isEqualTo("1F98A");
    assertThat(fox.keywords()).containsExactly("animal", "face");
    assertThat(fox.group()).isEqualTo("animals-nature");
    assertThat(fox.icons()).containsEntry(Style.NOTO, "fox");
  }

  @Test
  void nearDuplicatesLeaveOneOfEachKind() {
    var labels =
        ConceptSet.core().withoutNearDuplicates().concepts().stream().map(Concept::label).toList();
    assertThat(labels).filteredOn(l -> l.endsWith("o’clock") || l.endsWith("-thirty")).hasSize(1);
    assertThat(labels).filteredOn(l -> l.contains(" mailbox ")).hasSize(1);
    assertThat(labels).filteredOn(l -> l.matches(".* moon( face)?")).hasSize(1);
    assertThat(labels).contains("fox", "moon cake", "moon viewing ceremony");
  }

  @Test
  void whatIsUnknownIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConceptSet.named("birds"))
        .withMessage(
            "conceptSet: birds (expected: one of animals, core, everything, nature-and-food,"
                + " things)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConceptSet.ofLabels("x", List.of("fox", "wug", "blicket")))
        .withMessage("labels: wug, blicket (expected: CLDR short names)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConceptSet.ofGroups("x", List.of("plants")))
        .withMessageStartingWith("group: plants (expected: one of ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConceptSet.ofLabels("x", List.of("fox", "fox")))
        .withMessage("concepts: x (expected: each one once)");
  }
}
