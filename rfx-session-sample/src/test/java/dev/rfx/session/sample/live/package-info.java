/** Tests of the live page. */
package dev.rfx.session.sample.live;
