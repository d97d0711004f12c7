/** What an evaluation found, as a table, as JSON and as pages with pictures. */
@NullMarked
package io.diffusion4j.evaluation.report;

import org.jspecify.annotations.NullMarked;
