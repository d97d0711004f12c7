package io.diffusion4j.emoji.scene;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.ConceptSet;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NounTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fox                      | a fox                           | foxes
          owl                      | an owl                          | owls
          ox                       | an ox                           | oxen
          ewe                      | a ewe                           | ewes
          unicorn                  | a unicorn                       | unicorns
          T-Rex                    | a T-Rex                         | T-Rexes
          mouse                    | a mouse                         | mice
          computer mouse           | a computer mouse                | computer mice
          goose                    | a goose                         | geese
          wolf                     | a wolf                          | wolves
          sheaf of rice            | a sheaf of rice                 | sheaves of rice
          maple leaf               | a maple leaf                    | maple leaves
          leaf fluttering in wind  | a leaf fluttering in the wind   | leaves fluttering in the wind
          kitchen knife            | a kitchen knife                 | kitchen knives
          fork and knife           | a fork and knife                | forks and knives
          deer                     | a deer                          | deer
          moose                    | a moose                         | moose
          bison                    | a bison                         | bison
          tropical fish            | a tropical fish                 | tropical fish
          octopus                  | an octopus                      | octopuses
          cactus                   | a cactus                        | cacti
          butterfly                | a butterfly                     | butterflies
          turkey                   | a turkey                        | turkeys
          fly                      | a fly                           | flies
          mosquito                 | a mosquito                      | mosquitoes
          potato                   | a potato                        | potatoes
          avocado                  | an avocado                      | avocados
          kangaroo                 | a kangaroo                      | kangaroos
          water buffalo            | a water buffalo                 | water buffaloes
          peach                    | a peach                         | peaches
          radio                    | a radio                         | radios
          ear of corn              | an ear of corn                  | ears of corn
          glass of milk            | a glass of milk                 | glasses of milk
          nest with eggs           | a nest with eggs                | nests with eggs
          magnifying glass tilted left | a magnifying glass tilted left | magnifying glasses tilted left
          globe showing Americas   | a globe showing Americas        | globes showing Americas
          snowman without snow     | a snowman without snow          | snowmen without snow
          hourglass done           | an hourglass done               | hourglasses done
          x-ray                    | an x-ray                        | x-rays
          e-mail                   | an e-mail                       | e-mails
          euro banknote            | a euro banknote                 | euro banknotes
          one-piece swimsuit       | a one-piece swimsuit            | one-piece swimsuits
          umbrella                 | an umbrella                     | umbrellas
          1st place medal          | a 1st place medal               | 1st place medals
          game die                 | a game die                      | game dice
          broccoli                 | broccoli                        | broccoli
          bread                    | bread                           | bread
          grapes                   | grapes                          | grapes
          chopsticks               | chopsticks                      | chopsticks
          french fries             | french fries                    | french fries
          cat face                 | a cat face                      | cat faces
          clown face               | a clown                         | clowns
          grinning face            | a grinning face                 | grinning faces
          face with tears of joy   | a face with tears of joy        | faces with tears of joy
          sun with face            | a sun with face                 | suns with face
          locked                   | a closed lock                   | closed locks
          star-struck              | a star-struck face              | star-struck faces
          man’s shoe               | a man's shoe                    | man's shoes
          """)
  void namesTakeTheirArticleAndTheirPlural(String label, String one, String plural) {
    Noun noun = Noun.of(Fixtures.concept(label));
    assertThat(noun.one("")).isEqualTo(one);
    assertThat(noun.plural()).isEqualTo(plural);
  }

  @Test
  void theArticleFollowsTheAdjective() {
    assertThat(Noun.of(Fixtures.concept("owl")).one("tiny ")).isEqualTo("a tiny owl");
    assertThat(Noun.of(Fixtures.concept("fox")).one("orange ")).isEqualTo("an orange fox");
    assertThat(Noun.of(Fixtures.concept("bread")).one("small ")).isEqualTo("small bread");
  }

  @Test
  void noTwoConceptsShareAName() {
    Map<String, Concept> names = new HashMap<>();
    for (Concept concept : ConceptSet.everything().concepts()) {
      String name = Noun.of(concept).singular();
      assertThat(name).isNotBlank();
      assertThat(names.put(name, concept)).as(name).isNull();
    }
  }

  @Test
  void everyExceptionIsAboutAConceptOrAHypernym() {
    var labels =
        ConceptSet.everything().concepts().stream().map(c -> c.label().replace('’', '\'')).toList();
    assertThat(Noun.exceptions()).allMatch(l -> labels.contains(l) || Captioner.isHypernym(l));
  }
}
