/** Tests of the meters. */
package dev.rfx.session.metrics;
