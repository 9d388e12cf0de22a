/* A passkey that was refused, cancelled or is not there: say so, where allauth only writes to the console. */
document.addEventListener('allauth.error', function (event) {
  const said = document.getElementById('webauthn_failed')
  if (!said) return
  event.preventDefault()
  const byAddress = event.detail.exception.name === 'SecurityError'
  said.querySelector('[data-failed]').hidden = byAddress
  said.querySelector('[data-by-address]').hidden = !byAddress
  said.hidden = false
  said.scrollIntoView({ block: 'center' })
})
